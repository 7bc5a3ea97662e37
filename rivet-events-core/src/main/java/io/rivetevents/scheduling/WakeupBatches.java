/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

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
 * Batches the wake-ups that a thread causes during one burst of work, and sends them at
 * its end. An earlier wake-up would take the processor away from the thread that is about
 * to provide more work, and each message would be written to the socket separately. A
 * burst that waits delays wake-ups by at most {@value StallChecks#PERIOD_MILLIS}
 * milliseconds, a burst that computes by {@value #MAX_MILLIS}.
 * <p>
 * Measured as described in {@link ActorWorkers}: without batches, broadcasts of actions
 * that may block reached 29 percent fewer clients for each second of CPU.
 */
public final class WakeupBatches {

	private static final Log logger = LogFactory.getLog(WakeupBatches.class);

	private static final ThreadLocal<@Nullable Burst> CURRENT = new ThreadLocal<>();

	private static final long MAX_MILLIS = 20;

	/** One millisecond, after which other work should run. */
	private static final long YOUNG_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	/** Bursts with wake-ups to send. */
	private final Set<Burst> pending = ConcurrentHashMap.newKeySet();

	private final Scheduler timers;

	private final StallChecks pulse;

	/**
	 * Creates the batches.
	 * @param timers clock of bursts, and scheduler that ends those that take too long
	 */
	public WakeupBatches(Scheduler timers) {
		this.timers = timers;
		this.pulse = new StallChecks(timers);
		this.pulse.add(this::look);
	}

	/**
	 * Returns the checks of bursts, which can be used for other checks too.
	 */
	public StallChecks pulse() {
		return this.pulse;
	}

	/**
	 * Runs work as a burst, or as part of the current burst of this thread.
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
	 * Begins a burst on the current thread, unless it is in one.
	 * @param later executes a task on this thread after its current work; the burst ends
	 * with this task
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
				CURRENT.remove(); // otherwise the thread would stay in the burst
				throw ex;
			}
		}
	}

	/**
	 * Sends a wake-up when the current burst of this thread ends, or immediately if there
	 * is none.
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
	 * Returns whether the current burst of this thread has just begun, so that more work
	 * may join it; also {@code true} if there is none.
	 */
	public static boolean isYoung() {
		Burst burst = CURRENT.get();
		return burst == null || burst.owner.now() - burst.begun < YOUNG_NANOS;
	}

	/**
	 * Takes the current burst from this thread, which simulates several threads.
	 * @return the burst, {@code null} if there is none
	 */
	public static @Nullable Object detach() {
		Burst burst = CURRENT.get();
		if (burst != null) {
			CURRENT.remove();
		}
		return burst;
	}

	/**
	 * Continues a burst on this thread.
	 * @param burst what {@link #detach} has returned
	 */
	public static void attach(@Nullable Object burst) {
		if (burst != null) {
			CURRENT.set((Burst) burst);
		}
	}

	/** Sends the collected wake-ups of this thread. */
	public static void wakeNow() {
		Burst burst = CURRENT.get();
		if (burst != null) {
			burst.wakeAll();
		}
	}

	private long now() {
		return this.timers.now(TimeUnit.NANOSECONDS);
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

	/** The current burst of one thread. */
	private static final class Burst {

		private final WakeupBatches owner;

		private final Thread thread = Thread.currentThread();

		private final long begun;

		private final List<Wakeable> sleeping = new ArrayList<>(4);

		/** Time of the first wake-up that waits. */
		private volatile long since;

		Burst(WakeupBatches owner) {
			this.owner = owner;
			this.begun = owner.now();
		}

		/**
		 * By its time: the identity of objects differs from run to run, and with it the
		 * order of bursts in a simulation.
		 */
		@Override
		public int hashCode() {
			return Long.hashCode(this.begun);
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return this == other;
		}

		synchronized void add(Wakeable wakeup) {
			if (this.sleeping.contains(wakeup)) {
				return;
			}
			if (this.sleeping.isEmpty()) {
				this.since = this.owner.now();
				this.owner.watch(this);
			}
			this.sleeping.add(wakeup);
		}

		boolean isTooLong() {
			return this.thread.getState() != Thread.State.RUNNABLE
					|| this.owner.now() - this.since >= TimeUnit.MILLISECONDS.toNanos(MAX_MILLIS);
		}

		void wakeAll() {
			List<Wakeable> all;
			synchronized (this) {
				if (this.sleeping.isEmpty()) {
					return;
				}
				all = List.copyOf(this.sleeping);
				this.sleeping.clear();
				// under the lock, or a wake-up added just now would not be watched
				this.owner.pending.remove(this);
			}
			all.forEach(Burst::wake);
		}

		/** A failing wake-up does not affect the others. */
		private static void wake(Wakeable wakeup) {
			try {
				wakeup.wake();
			}
			catch (Throwable ex) {
				logger.error("Failed to wake " + wakeup, ex);
			}
		}

	}

}
