/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.apache.commons.logging.LogFactory;

import io.rivetevents.failure.RepeatedFailures;

/**
 * Runs the tasks of one connection one after the other, in the order of the calls. The
 * first caller runs them, and those that other threads add meanwhile, so a task must not
 * block. A task that is added by a running task follows it. Nothing waits here for longer
 * than the running tasks take.
 */
final class SerialTasks implements Executor {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(SerialTasks.class));

	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	private final AtomicInteger count = new AtomicInteger();

	private final Consumer<Throwable> onFailure;

	/**
	 * Creates an empty list of tasks.
	 * @param onFailure receives what a task throws; the next task runs afterwards
	 */
	SerialTasks(Consumer<Throwable> onFailure) {
		this.onFailure = onFailure;
	}

	@Override
	public void execute(Runnable task) {
		this.tasks.add(task);
		if (this.count.getAndIncrement() == 0) {
			do {
				runNext();
			}
			while (this.count.decrementAndGet() != 0);
		}
	}

	private void runNext() {
		Runnable next = this.tasks.poll();
		try {
			if (next != null) {
				next.run();
			}
		}
		catch (Throwable ex) {
			fail(ex);
		}
	}

	private void fail(Throwable ex) {
		try {
			this.onFailure.accept(ex);
		}
		catch (Throwable again) {
			again.addSuppressed(ex);
			failures.error(again, () -> "A failed task of a connection could not be handled");
		}
	}

}
