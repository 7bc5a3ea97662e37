/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * One timer of a connection. What is due runs as a task of the connection, so a task may
 * still run that was due when the timer was stopped. Used by one thread at a time.
 */
final class LinkTimer {

	private final Scheduler timers;

	private final Executor tasks;

	private final Disposable.Swap pending = Disposables.swap();

	LinkTimer(Scheduler timers, Executor tasks) {
		this.timers = timers;
		this.tasks = tasks;
	}

	/** Starts the timer; work that was not due yet is replaced. */
	void start(Duration delay, Runnable work) {
		this.pending
			.update(this.timers.schedule(() -> this.tasks.execute(work), delay.toMillis(), TimeUnit.MILLISECONDS));
	}

	void stop() {
		this.pending.update(Disposables.disposed());
	}

}
