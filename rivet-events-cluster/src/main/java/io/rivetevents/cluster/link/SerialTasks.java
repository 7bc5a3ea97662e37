/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.Queue;
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

	private final Queue<Runnable> tasks;

	private final AtomicInteger count = new AtomicInteger();

	private final Consumer<Throwable> onFailure;

	/**
	 * Creates an empty list of tasks.
	 * @param tasks an empty queue for those that wait, safe for use by several threads
	 * @param onFailure receives what a task throws; the next task runs afterwards
	 */
	SerialTasks(Queue<Runnable> tasks, Consumer<Throwable> onFailure) {
		this.tasks = tasks;
		this.onFailure = onFailure;
	}

	/**
	 * Runs a task at once if there is no other one, as usual; otherwise it waits in the
	 * queue. Tasks may wait although none runs: if a thread has added its task and not
	 * counted it yet, that task runs in the place of a counted one, which stays behind.
	 */
	@Override
	public void execute(Runnable task) {
		if (this.tasks.isEmpty() && this.count.compareAndSet(0, 1)) {
			run(task);
			runAdded();
			return;
		}
		this.tasks.add(task);
		if (this.count.getAndIncrement() == 0) {
			run(this.tasks.remove());
			runAdded();
		}
	}

	private void runAdded() {
		while (this.count.decrementAndGet() != 0) {
			run(this.tasks.remove());
		}
	}

	private void run(Runnable task) {
		try {
			task.run();
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
