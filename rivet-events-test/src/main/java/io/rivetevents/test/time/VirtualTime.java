/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Time that passes only when a test lets it pass: the clock and the timers of a runtime.
 * Tasks run in the order of their times, those of one time in the order in which they
 * were scheduled, each while the clock shows its time. A task of the present, such as one
 * without a delay, waits for {@link #advance} as well; {@code advance(Duration.ZERO)}
 * runs it.
 * <p>
 * Before each step the time {@linkplain #beforeStep settles} what the previous step has
 * caused, so that it never overtakes work that other threads do. Safe for use by several
 * threads; tasks run on the thread that lets time pass.
 *
 * @since 0.1.0
 */
public final class VirtualTime {

	/** Start of a time that is created without one: 2026-01-01T00:00:00Z. */
	public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

	/** Nanoseconds since the epoch, which timers report, do not reach beyond. */
	private static final Instant END = Instant.ofEpochSecond(0, Long.MAX_VALUE);

	private final Instant start;

	private final Clock clock = new VirtualClock(ZoneOffset.UTC);

	private final Scheduler timers = new VirtualTimers(this);

	/** Guards itself and the fields below; held for a few instructions only. */
	private final PriorityQueue<VirtualTask> tasks = new PriorityQueue<>();

	private long nanos;

	private long scheduled;

	private volatile Runnable settle = () -> {
	};

	private volatile Runnable wait = () -> {
	};

	/**
	 * Creates a time that begins at {@link #START}.
	 */
	public VirtualTime() {
		this(START);
	}

	/**
	 * Creates a time.
	 * @param start what the clock shows at first, between the years 1970 and 2262
	 */
	public VirtualTime(Instant start) {
		Assert.notNull(start, "A virtual time requires a start");
		Assert.isTrue(!start.isBefore(Instant.EPOCH) && start.isBefore(END),
				() -> "A virtual time begins between %s and %s".formatted(Instant.EPOCH, END));
		this.start = start;
	}

	/**
	 * Sets what is done before each step of the time: it returns once no work is queued
	 * or running that a task may depend on.
	 * @param settle called by the thread that lets time pass
	 */
	public void beforeStep(Runnable settle) {
		this.settle = settle;
	}

	/**
	 * Sets what is done each time before the clock moves on: it waits for what ends in
	 * real time, and may leave tasks of the present, which then run first.
	 * @param wait called by the thread that lets time pass
	 */
	public void beforeMove(Runnable wait) {
		this.wait = wait;
	}

	/**
	 * Returns the present.
	 */
	public Instant now() {
		return this.start.plusNanos(elapsed());
	}

	/**
	 * Returns a clock that shows this time, in UTC.
	 */
	public Clock clock() {
		return this.clock;
	}

	/**
	 * Returns a scheduler whose tasks run as this time passes. Its
	 * {@link Scheduler#now(TimeUnit)} is this time since the epoch.
	 */
	public Scheduler timers() {
		return this.timers;
	}

	/**
	 * Returns a scheduler whose delayed tasks are passed on as this time passes, and
	 * whose other tasks are passed on at once. Its {@link Scheduler#now(TimeUnit)} is
	 * this time since the epoch.
	 * @param target runs the tasks
	 */
	public Scheduler timers(Executor target) {
		return new VirtualScheduler(this, Schedulers.fromExecutorService(executor(target)));
	}

	/**
	 * Returns an executor whose delayed tasks are passed on as this time passes, and
	 * whose other tasks are passed on at once.
	 * @param target runs the tasks
	 */
	public ScheduledExecutorService executor(Executor target) {
		return new VirtualExecutor(this, target);
	}

	/**
	 * Lets time pass and runs the tasks that become due, including tasks that they
	 * schedule. Returns after the work that they have caused has settled.
	 * @param duration how long; zero runs what is due now
	 * @throws IllegalArgumentException if the duration is negative, or ends after the
	 * year 2262
	 */
	public void advance(Duration duration) {
		Assert.isTrue(!duration.isNegative(), "Time does not pass backwards");
		Assert.isTrue(duration.compareTo(Duration.between(now(), END)) <= 0,
				() -> "A virtual time ends at %s".formatted(END));
		long end = elapsed() + duration.toNanos();
		this.settle.run();
		runDue();
		while (elapsed() < end) {
			this.wait.run();
			if (!isDue()) {
				moveTowards(end);
			}
			runDue();
		}
	}

	private void runDue() {
		for (VirtualTask next = takeDue(); next != null; next = takeDue()) {
			next.run();
			this.settle.run();
		}
	}

	/**
	 * Returns the time until the next task is due, zero if one is due now.
	 * @return {@code null} if no task waits
	 */
	public @Nullable Duration untilNext() {
		synchronized (this.tasks) {
			VirtualTask next = this.tasks.peek();
			return (next != null) ? Duration.ofNanos(Math.max(0, next.time() - this.nanos)) : null;
		}
	}

	/** Returns whether a task waits that is due now. */
	private boolean isDue() {
		synchronized (this.tasks) {
			VirtualTask next = this.tasks.peek();
			return next != null && next.time() <= this.nanos;
		}
	}

	private @Nullable VirtualTask takeDue() {
		synchronized (this.tasks) {
			return isDue() ? this.tasks.remove() : null;
		}
	}

	/** Moves the time to that of the next task, or to the end if that is earlier. */
	private void moveTowards(long end) {
		synchronized (this.tasks) {
			VirtualTask next = this.tasks.peek();
			this.nanos = (next != null) ? Math.max(this.nanos, Math.min(end, next.time())) : end;
		}
	}

	long elapsed() {
		synchronized (this.tasks) {
			return this.nanos;
		}
	}

	/**
	 * Adds a task.
	 * @param work runs on the thread that lets time pass
	 * @param delay delay in nanoseconds; a negative one counts as zero
	 * @param period period in nanoseconds, from the start of one run to that of the next;
	 * 0 for a single run
	 */
	VirtualTask add(Runnable work, long delay, long period) {
		synchronized (this.tasks) {
			VirtualTask task = new VirtualTask(this, work, after(delay), period, this.scheduled++);
			this.tasks.add(task);
			return task;
		}
	}

	void repeat(VirtualTask task) {
		synchronized (this.tasks) {
			if (!task.isDisposed()) {
				task.moveBy(this.scheduled++);
				this.tasks.add(task);
			}
		}
	}

	void remove(VirtualTask task) {
		synchronized (this.tasks) {
			this.tasks.remove(task);
		}
	}

	/** Returns the time after a delay, limited so that it does not overflow. */
	private long after(long delay) {
		long end = this.nanos + Math.max(0, delay);
		return (end < 0) ? Long.MAX_VALUE : end;
	}

	/**
	 * Returns this time since the epoch, as the timers report it.
	 */
	long now(TimeUnit unit) {
		Instant now = now();
		return unit.convert(TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano(), TimeUnit.NANOSECONDS);
	}

	/** The clock of this time, in a zone. */
	private final class VirtualClock extends Clock {

		private final ZoneId zone;

		VirtualClock(ZoneId zone) {
			this.zone = zone;
		}

		@Override
		public ZoneId getZone() {
			return this.zone;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return new VirtualClock(zone);
		}

		@Override
		public Instant instant() {
			return now();
		}

	}

}
