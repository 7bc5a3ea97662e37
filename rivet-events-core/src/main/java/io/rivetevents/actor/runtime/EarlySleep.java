/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.runtime;

import java.time.Duration;

import io.rivetevents.scheduling.DueQueue;

/**
 * Makes instances check their sleep timeout again, which is shorter while memory is
 * scarce: all instances when memory becomes scarce, and again each second while it is
 * scarce. Safe for use by several threads.
 */
public final class EarlySleep {

	private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

	private final Runnable instances;

	private final ActorRuntime runtime;

	private final DueQueue.Entry due;

	private volatile boolean looking;

	/**
	 * Creates an inactive check.
	 * @param instances makes all instances in memory check it
	 * @param runtime reports whether memory is scarce
	 * @param queue schedules the checks
	 */
	public EarlySleep(Runnable instances, ActorRuntime runtime, DueQueue queue) {
		this.instances = instances;
		this.runtime = runtime;
		this.due = queue.register(this::look);
	}

	/**
	 * Starts the checks if memory is scarce. Called when an instance has allocated
	 * memory.
	 */
	public void check(long now) {
		if (!this.looking && this.runtime.isScarce()) {
			this.looking = true;
			this.due.arm(now);
		}
	}

	private void look(long now) {
		// set first: an instance that allocates memory meanwhile calls check again
		this.looking = false;
		if (this.runtime.isScarce()) {
			this.looking = true;
			this.instances.run();
			this.due.arm(now + PERIOD_NANOS);
		}
	}

}
