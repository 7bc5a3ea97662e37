/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.scheduling;

import java.util.ArrayList;
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
 * Visits its entries, each when work of it is due. The queue holds at most one time for
 * each entry, sleeps until the earliest one, and visits only entries that are due. A
 * visit may be up to {@value #PAUSE_MILLIS} milliseconds late, so that entries due at
 * about the same time share one wake-up. Safe for use by several threads.
 * <p>
 * The time of an entry only moves to an earlier time. If work becomes due later or no
 * longer exists, the visit takes place anyway and sets the next time. Arming an entry
 * that is already armed therefore costs one comparison.
 */
public final class DueQueue {

	private static final Log logger = LogFactory.getLog(DueQueue.class);

	/** Minimum number of milliseconds between two wake-ups. */
	static final long PAUSE_MILLIS = 10;

	private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);

	/** Time until the next visit after a failed one. */
	private static final long PAUSE_AFTER_FAILURE = TimeUnit.SECONDS.toNanos(1);

	/** Later than any other time. */
	private static final long NEVER = Long.MAX_VALUE;

	/** Earlier than any other time, so that arming has no effect. */
	private static final long REMOVED = Long.MIN_VALUE;

	private final Scheduler timers;

	/** All times in this class are relative to this one, so that they can be compared. */
	private final long origin;

	/** Guards the fields below. */
	private final Object lock = new Object();

	private final TreeSet<Entry> armed = new TreeSet<>(DueQueue::compare);

	private long order;

	private boolean started;

	private boolean visiting;

	private long visitedAt = -PAUSE;

	private long wakeUpAt = NEVER;

	private Disposable wakeUp = Disposables.disposed();

	/**
	 * The code that is called when work is due. Its {@code toString} names it in logs.
	 */
	@FunctionalInterface
	public interface Visitor {

		/**
		 * Performs the work that is due, and arms the entry again if there is later work.
		 * Called on the timer thread, one visit after another; must not block. A visitor
		 * that throws is called again after one second.
		 * @param now the time in nanoseconds
		 */
		void visit(long now);

	}

	/**
	 * Creates a queue that visits nothing until it is started.
	 * @param timers scheduler that provides the time and wakes the queue
	 */
	public DueQueue(Scheduler timers) {
		this.timers = timers;
		this.origin = timers.now(TimeUnit.NANOSECONDS);
	}

	/**
	 * Creates an entry that is not armed and takes no space in the queue.
	 * @param visitor called when work is due
	 */
	public Entry register(Visitor visitor) {
		return new Entry(this, visitor);
	}

	/** Starts the visits, including those that are already due. */
	public void start() {
		synchronized (this.lock) {
			this.started = true;
			plan();
		}
	}

	/** Stops the visits until the next start. Armed entries stay armed. */
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

	private static int compare(Entry one, Entry other) {
		int byTime = Long.compare(one.time, other.time);
		return (byTime != 0) ? byTime : Long.compare(one.order, other.order);
	}

	private long now() {
		return this.timers.now(TimeUnit.NANOSECONDS) - this.origin;
	}

	/** Returns a time relative to the origin; a time out of range is never reached. */
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

	/** Schedules the wake-up for the earliest entry; called with the lock. */
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
		// with a delay, because some schedulers run immediate tasks on this thread
		long nanos = Math.max(time - now(), TimeUnit.MILLISECONDS.toNanos(1));
		try {
			this.wakeUp = this.timers.schedule(this::visitDue, nanos, TimeUnit.NANOSECONDS);
			this.wakeUpAt = time;
		}
		catch (RejectedExecutionException ex) {
			logger.debug("No further checks: the timers have been stopped because the application is shutting down",
					ex);
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
			Thread.interrupted(); // set by an earlier wake-up that has been replaced
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
			logger.error("Scheduled check failed, will retry: " + entry.visitor, ex);
			entry.arm(now + PAUSE_AFTER_FAILURE);
		}
	}

	/** The entry of one visitor. Safe for use by several threads. */
	public static final class Entry {

		private final DueQueue queue;

		private final Visitor visitor;

		/**
		 * Time of the visit; changed with the lock while the entry is not in the queue.
		 */
		private volatile long time = NEVER;

		/**
		 * Entries with the same time are visited in the order in which they were armed.
		 */
		private long order;

		private Entry(DueQueue queue, Visitor visitor) {
			this.queue = queue;
			this.visitor = visitor;
		}

		/**
		 * Schedules a visit at the given time, unless an earlier visit is scheduled. Data
		 * for the visit must have been written before, visible to other threads: either
		 * this call finds the entry unarmed, or the visit finds the data. Without effect
		 * once the entry has been removed.
		 * @param time the time in nanoseconds of the timers
		 */
		public void arm(long time) {
			long count = this.queue.count(time);
			if (count < this.time) {
				this.queue.move(this, count);
			}
		}

		/** Removes the entry from the queue permanently. */
		public void remove() {
			this.queue.remove(this);
		}

	}

}
