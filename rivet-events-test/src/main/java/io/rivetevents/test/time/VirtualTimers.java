/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.time;

import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The scheduler of a {@link VirtualTime}. An error of a task is reported as Reactor
 * reports those of its own schedulers.
 */
final class VirtualTimers implements Scheduler {

	private final VirtualTime time;

	VirtualTimers(VirtualTime time) {
		this.time = time;
	}

	@Override
	public long now(TimeUnit unit) {
		return this.time.now(unit);
	}

	@Override
	public Disposable schedule(Runnable task) {
		return schedule(task, 0, TimeUnit.NANOSECONDS);
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		return this.time.add(guarded(task), unit.toNanos(delay), 0);
	}

	@Override
	public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
		return this.time.add(guarded(task), unit.toNanos(initialDelay), unit.toNanos(period));
	}

	/**
	 * So that one failing task does not end the step of a test, as no timer thread ends.
	 */
	private static Runnable guarded(Runnable task) {
		Runnable decorated = Schedulers.onSchedule(task);
		return () -> {
			try {
				decorated.run();
			}
			catch (Throwable ex) {
				Thread thread = Thread.currentThread();
				thread.getUncaughtExceptionHandler().uncaughtException(thread, ex);
			}
		};
	}

	@Override
	public Worker createWorker() {
		return new VirtualWorker();
	}

	/** Tasks that are removed together. */
	private final class VirtualWorker implements Worker {

		private final Disposable.Composite tasks = Disposables.composite();

		@Override
		public Disposable schedule(Runnable task) {
			return keep(VirtualTimers.this.schedule(task));
		}

		@Override
		public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
			return keep(VirtualTimers.this.schedule(task, delay, unit));
		}

		@Override
		public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
			return keep(VirtualTimers.this.schedulePeriodically(task, initialDelay, period, unit));
		}

		private Disposable keep(Disposable task) {
			this.tasks.add(task);
			return task;
		}

		@Override
		public void dispose() {
			this.tasks.dispose();
		}

		@Override
		public boolean isDisposed() {
			return this.tasks.isDisposed();
		}

	}

}
