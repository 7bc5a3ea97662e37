package io.rivetevents.scheduling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Visits many things, each when something of it is due. It holds one entry at most for
 * each of them, sleeps until the earliest is due, and visits nothing that is not due.
 * Visits are up to {@value #PAUSE_MILLIS} milliseconds late, so that those that are due
 * at about the same time share one wake-up. Safe for use by several threads.
 * <p>
 * An entry moves to an earlier time only: if it turns out that something is due later, or
 * not at all, the visit comes all the same and arms the entry anew. So arming an entry
 * that is armed already costs one comparison.
 */
public final class DueQueue {

	private static final Log logger = LogFactory.getLog(DueQueue.class);

	/** Milliseconds from one wake-up to the next at the least. */
	static final long PAUSE_MILLIS = 10;

	private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);

	/** Time until the next visit after one that has failed. */
	private static final long PAUSE_AFTER_FAILURE = TimeUnit.SECONDS.toNanos(1);

	/** Later than any time. */
	private static final long NEVER = Long.MAX_VALUE;

	/** Earlier than any time, so that no time is earlier. */
	private static final long REMOVED = Long.MIN_VALUE;

	private final Scheduler timers;

	/** All times in here count from this one, so that they can be compared. */
	private final long origin;

	/** Guards what follows. */
	private final Object lock = new Object();

	private final TreeSet<Entry> armed = new TreeSet<>(
			Comparator.<Entry>comparingLong((entry) -> entry.time).thenComparingLong((entry) -> entry.order));

	private long order;

	private boolean started;

	private boolean visiting;

	private long visitedAt = -PAUSE;

	private long wakeUpAt = NEVER;

	private Disposable wakeUp = Disposables.disposed();

	/** What is visited. */
	@FunctionalInterface
	public interface Visitor {

		/**
		 * Does what is due, and arms the entry again if there is more to come. Called on
		 * the thread of the timers, one visit after the other; must not block. One that
		 * throws is called again after a second.
		 * @param now the time in nanoseconds
		 */
		void visit(long now);

	}

	/**
	 * Creates a queue that visits nothing before it is started.
	 * @param timers tell the time, and wake the queue
	 */
	public DueQueue(Scheduler timers) {
		this.timers = timers;
		this.origin = timers.now(TimeUnit.NANOSECONDS);
	}

	/**
	 * Creates an entry that is not armed. It takes no room in the queue before it is.
	 * @param visitor is visited when something is due
	 */
	public Entry register(Visitor visitor) {
		return new Entry(this, visitor);
	}

	/** Begins to visit what is due, also what has become due before. */
	public void start() {
		synchronized (this.lock) {
			this.started = true;
			plan();
		}
	}

	/** Visits nothing until the next start. What is armed stays so. */
	public void stop() {
		synchronized (this.lock) {
			this.started = false;
			this.wakeUp.dispose();
			this.wakeUpAt = NEVER;
		}
	}

	/** Returns the number of armed entries. */
	public int size() {
		synchronized (this.lock) {
			return this.armed.size();
		}
	}

	private long now() {
		return this.timers.now(TimeUnit.NANOSECONDS) - this.origin;
	}

	/** Returns a time as it is counted here; one that is out of range never comes. */
	private long count(long time) {
		long count = time - this.origin;
		return (count >= Long.MIN_VALUE / 2) ? Math.max(count, 0) : NEVER;
	}

	private void move(Entry entry, long time) {
		synchronized (this.lock) {
			if (time < entry.time) {
				unarm(entry);
				entry.order = ++this.order;
				entry.time = time;
				this.armed.add(entry);
				plan();
			}
		}
	}

	private void remove(Entry entry) {
		synchronized (this.lock) {
			unarm(entry);
			entry.time = REMOVED;
		}
	}

	private void unarm(Entry entry) {
		if (entry.time != NEVER && entry.time != REMOVED) {
			this.armed.remove(entry);
		}
	}

	/** Sees to it that the queue wakes when the earliest is due; under the lock. */
	private void plan() {
		if (!this.started || this.visiting || this.armed.isEmpty()) {
			return;
		}
		long time = Math.max(this.armed.first().time, this.visitedAt + PAUSE);
		if (time < this.wakeUpAt) {
			wakeAt(time);
		}
	}

	private void wakeAt(long time) {
		this.wakeUp.dispose();
		this.wakeUpAt = NEVER;
		// never at once, which some schedulers do on this thread
		long nanos = Math.max(time - now(), TimeUnit.MILLISECONDS.toNanos(1));
		try {
			this.wakeUp = this.timers.schedule(this::visitDue, nanos, TimeUnit.NANOSECONDS);
			this.wakeUpAt = time;
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The timers have ended, and the application with them", ex);
		}
	}

	private void visitDue() {
		try {
			for (Entry entry : takeDue()) {
				if (entry.time != REMOVED) {
					visit(entry);
				}
			}
		}
		finally {
			synchronized (this.lock) {
				this.visiting = false;
				this.visitedAt = now();
				plan();
			}
		}
	}

	private List<Entry> takeDue() {
		synchronized (this.lock) {
			Thread.interrupted(); // by an earlier wake-up that was planned meanwhile
			this.wakeUpAt = NEVER;
			this.visiting = true;
			long now = now();
			List<Entry> due = new ArrayList<>();
			while (this.started && !this.armed.isEmpty() && this.armed.first().time <= now) {
				Entry entry = this.armed.pollFirst();
				entry.time = NEVER; // before the visit: see Entry.arm
				due.add(entry);
			}
			return due;
		}
	}

	private void visit(Entry entry) {
		long now = this.timers.now(TimeUnit.NANOSECONDS);
		try {
			entry.visitor.visit(now);
		}
		catch (Throwable ex) {
			logger.error("What was due will be tried again", ex);
			entry.arm(now + PAUSE_AFTER_FAILURE);
		}
	}

	/** The place of one thing in a queue. Safe for use by several threads. */
	public static final class Entry {

		private final DueQueue queue;

		private final Visitor visitor;

		/** When the visit is due; changed under the lock, while not in the queue. */
		private volatile long time = NEVER;

		/** Entries of the same time are visited in the order in which they were armed. */
		private long order;

		private Entry(DueQueue queue, Visitor visitor) {
			this.queue = queue;
			this.visitor = visitor;
		}

		/**
		 * Has the visitor visited at a time, unless it is visited earlier anyway. What
		 * the visit is to find must have been written before, in a way that other threads
		 * see: then either this finds the entry unarmed, or the visit finds what was
		 * written. Without effect once the entry has been removed.
		 * @param time the time in nanoseconds of the timers
		 */
		public void arm(long time) {
			long count = this.queue.count(time);
			if (count < this.time) {
				this.queue.move(this, count);
			}
		}

		/** Removes the entry from the queue for good. */
		public void remove() {
			this.queue.remove(this);
		}

	}

}
