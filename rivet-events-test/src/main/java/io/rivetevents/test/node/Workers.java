/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import reactor.core.scheduler.Scheduler;

/**
 * Workers of a runtime in a test, which can tell when their work is done.
 */
public interface Workers {

	/**
	 * Returns the scheduler that runs the turns of actors. Its tasks may block.
	 */
	Scheduler scheduler();

	/**
	 * Returns when no task is queued or running. A task that waits for something outside
	 * of the workers, such as a virtual time, does not count. Called by the test, never
	 * by a worker.
	 */
	void settle();

}
