/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Runs tasks one after the other on the workers, as an event loop does. A task that is
 * added by a task of this executor runs on the same thread. Safe for use by several
 * threads.
 */
final class SerialExecutor implements Executor {

	private static final Log logger = LogFactory.getLog(SerialExecutor.class);

	private final Executor workers;

	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	private final AtomicInteger waiting = new AtomicInteger();

	/**
	 * Creates an executor.
	 * @param workers runs the batches of tasks
	 */
	SerialExecutor(Executor workers) {
		this.workers = workers;
	}

	@Override
	public void execute(Runnable task) {
		this.tasks.add(task);
		if (this.waiting.getAndIncrement() == 0) {
			this.workers.execute(this::drain);
		}
	}

	private void drain() {
		do {
			Runnable task = this.tasks.remove();
			try {
				task.run();
			}
			catch (Throwable ex) {
				logger.error("Unhandled error in a task of a connection", ex);
			}
		}
		while (this.waiting.decrementAndGet() > 0);
	}

}
