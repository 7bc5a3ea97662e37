/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import org.springframework.context.SmartLifecycle;

/**
 * Joins the cluster before the web server accepts requests, and leaves it after the
 * instances of this node are saved.
 */
final class ClusterLifecycle implements SmartLifecycle {

	/** Below that of the web server and of the node. */
	private static final int PHASE = 0;

	private final Runnable join;

	private final Runnable leave;

	private volatile boolean running;

	/**
	 * Creates a lifecycle.
	 * @param join joins the cluster; fails if that is not possible
	 * @param leave leaves it
	 */
	ClusterLifecycle(Runnable join, Runnable leave) {
		this.join = join;
		this.leave = leave;
	}

	@Override
	public void start() {
		this.join.run();
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
		this.leave.run();
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
