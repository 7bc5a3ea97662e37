/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.time;

import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * A scheduler with the clock of a {@link VirtualTime}.
 */
final class VirtualScheduler implements Scheduler {

	private final VirtualTime time;

	private final Scheduler tasks;

	/**
	 * Creates a scheduler.
	 * @param time its clock
	 * @param tasks runs its tasks
	 */
	VirtualScheduler(VirtualTime time, Scheduler tasks) {
		this.time = time;
		this.tasks = tasks;
	}

	@Override
	public long now(TimeUnit unit) {
		return this.time.now(unit);
	}

	@Override
	public Disposable schedule(Runnable task) {
		return this.tasks.schedule(task);
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		return this.tasks.schedule(task, delay, unit);
	}

	@Override
	public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
		return this.tasks.schedulePeriodically(task, initialDelay, period, unit);
	}

	@Override
	public Worker createWorker() {
		return this.tasks.createWorker();
	}

}
