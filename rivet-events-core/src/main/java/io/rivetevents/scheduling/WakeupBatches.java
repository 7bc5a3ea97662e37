package io.rivetevents.scheduling;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * What threads do at a stretch. Who has to be woken because of it is woken once, at its
 * end: one that is woken earlier takes the processor away from the thread that is about
 * to give it more, and a socket is then written to for each message alone. A stretch that
 * waits for something holds nobody up for more than {@value StallChecks#PERIOD_MILLIS}
 * milliseconds, one that computes for {@value #MAX_MILLIS}.
 * <p>
 * Measured as said in {@link ActorWorkers}: without batches, broadcasts of actions that
 * may block reached 29 percent fewer clients for each second of CPU.
 */
public final class WakeupBatches {

	private static final Log logger = LogFactory.getLog(WakeupBatches.class);

	private static final ThreadLocal<@Nullable Burst> CURRENT = new ThreadLocal<>();

	private static final long MAX_MILLIS = 20;

	/** A millisecond, after which other things are to get their turn. */
	private static final long YOUNG_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	/** Those that have somebody to wake. */
	private final Set<Burst> pending = ConcurrentHashMap.newKeySet();

	private final StallChecks pulse;

	/**
	 * Create bursts.
	 * @param timers ends what takes too long
	 */
	public WakeupBatches(Scheduler timers) {
		this.pulse = new StallChecks(timers);
		this.pulse.add(this::look);
	}

	/**
	 * Return what looks after them, for others that have to be looked after.
	 */
	public StallChecks pulse() {
		return this.pulse;
	}

	/**
	 * Run some work at a stretch; as a part of the one that the thread is in, if there is
	 * one.
	 */
	public void run(Runnable work) {
		if (CURRENT.get() != null) {
			work.run();
			return;
		}
		Burst burst = new Burst(this);
		CURRENT.set(burst);
		try {
			work.run();
		}
		finally {
			CURRENT.remove();
			burst.wakeAll();
		}
	}

	/**
	 * Begin a stretch on the current thread, unless it is in one.
	 * @param later runs on this thread, once it has done what it is about to do; the
	 * stretch ends then
	 */
	public void begin(Executor later) {
		if (CURRENT.get() == null) {
			Burst burst = new Burst(this);
			CURRENT.set(burst);
			try {
				later.execute(() -> {
					CURRENT.remove();
					burst.wakeAll();
				});
			}
			catch (Throwable ex) {
				CURRENT.remove(); // or the thread would never leave the stretch
				throw ex;
			}
		}
	}

	/**
	 * Wake somebody when the stretch ends that this thread is in; at once if it is in
	 * none.
	 */
	public static void wakeAtEnd(Wakeable wakeup) {
		Burst burst = CURRENT.get();
		if (burst == null) {
			wakeup.wake();
		}
		else {
			burst.add(wakeup);
		}
	}

	/**
	 * Return whether the stretch that this thread is in has only just begun, so that more
	 * can become a part of it; also if it is in none.
	 */
	public static boolean isYoung() {
		Burst burst = CURRENT.get();
		return burst == null || System.nanoTime() - burst.begun < YOUNG_NANOS;
	}

	/** Wake at once who has been waiting for the end. */
	public static void wakeNow() {
		Burst burst = CURRENT.get();
		if (burst != null) {
			burst.wakeAll();
		}
	}

	private void watch(Burst burst) {
		this.pending.add(burst);
		this.pulse.begin();
	}

	private boolean look() {
		for (Burst burst : this.pending) {
			if (burst.isTooLong()) {
				burst.wakeAll();
			}
		}
		return !this.pending.isEmpty();
	}

	/** The stretch that one thread is in. */
	private static final class Burst {

		private final WakeupBatches owner;

		private final Thread thread = Thread.currentThread();

		private final long begun = System.nanoTime();

		private final List<Wakeable> sleeping = new ArrayList<>(4);

		/** Since when there is somebody to wake. */
		private volatile long since;

		Burst(WakeupBatches owner) {
			this.owner = owner;
		}

		synchronized void add(Wakeable wakeup) {
			if (this.sleeping.contains(wakeup)) {
				return;
			}
			if (this.sleeping.isEmpty()) {
				this.since = System.nanoTime();
				this.owner.watch(this);
			}
			this.sleeping.add(wakeup);
		}

		boolean isTooLong() {
			return this.thread.getState() != Thread.State.RUNNABLE
					|| System.nanoTime() - this.since >= TimeUnit.MILLISECONDS.toNanos(MAX_MILLIS);
		}

		void wakeAll() {
			List<Wakeable> all;
			synchronized (this) {
				if (this.sleeping.isEmpty()) {
					return;
				}
				all = List.copyOf(this.sleeping);
				this.sleeping.clear();
				// here, or one who comes right now would sleep without being watched
				this.owner.pending.remove(this);
			}
			all.forEach(Burst::wake);
		}

		/** Whatever one throws, the others are woken. */
		private static void wake(Wakeable wakeup) {
			try {
				wakeup.wake();
			}
			catch (Throwable ex) {
				logger.error("Could not wake " + wakeup, ex);
			}
		}

	}

}
