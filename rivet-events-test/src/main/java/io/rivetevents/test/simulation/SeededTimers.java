/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * The timers of one simulated process: a task that is due waits behind other due ones, so
 * that a busy process handles it late.
 */
final class SeededTimers implements Scheduler {

	private final Scheduler time;

	private final Executor line;

	/**
	 * Creates timers.
	 * @param time timers of the virtual time
	 * @param line runs the tasks that are due
	 */
	SeededTimers(Scheduler time, Executor line) {
		this.time = time;
		this.line = line;
	}

	@Override
	public long now(TimeUnit unit) {
		return this.time.now(unit);
	}

	@Override
	public Disposable schedule(Runnable task) {
		Disposable.Swap kept = Disposables.swap();
		this.line.execute(unlessDisposed(task, kept));
		return kept;
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		Disposable.Swap kept = Disposables.swap();
		Runnable due = unlessDisposed(task, kept);
		kept.update(this.time.schedule(() -> this.line.execute(due), delay, unit));
		return kept;
	}

	@Override
	public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
		Disposable.Swap kept = Disposables.swap();
		Runnable due = unlessDisposed(task, kept);
		kept.update(this.time.schedulePeriodically(() -> this.line.execute(due), initialDelay, period, unit));
		return kept;
	}

	private static Runnable unlessDisposed(Runnable task, Disposable kept) {
		return () -> {
			if (!kept.isDisposed()) {
				task.run();
			}
		};
	}

	@Override
	public Worker createWorker() {
		return new TimedWorker();
	}

	/** Tasks that are removed together. */
	private final class TimedWorker implements Worker {

		private final Disposable.Composite tasks = Disposables.composite();

		@Override
		public Disposable schedule(Runnable task) {
			return keep(SeededTimers.this.schedule(task));
		}

		@Override
		public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
			return keep(SeededTimers.this.schedule(task, delay, unit));
		}

		@Override
		public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
			return keep(SeededTimers.this.schedulePeriodically(task, initialDelay, period, unit));
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
