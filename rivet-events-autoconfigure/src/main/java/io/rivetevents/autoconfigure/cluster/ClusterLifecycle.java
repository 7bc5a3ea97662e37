/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Joins the cluster before the web server accepts requests. When the application begins
 * to stop, its readiness is down already, and it hands its instances over to the other
 * nodes: its web server still serves clients. It leaves the cluster after its sockets are
 * closed, and what was not handed over is saved.
 */
final class ClusterLifecycle implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {

	/** Below that of the web server and of the node. */
	private static final int PHASE = 0;

	private final ApplicationContext context;

	private final Runnable join;

	private final Runnable handOver;

	private final Runnable leave;

	private volatile boolean running;

	/**
	 * Creates a lifecycle.
	 * @param context context of the application
	 * @param join joins the cluster; fails if that is not possible
	 * @param handOver hands the instances of this node over to the others; blocks
	 * @param leave leaves the cluster
	 */
	ClusterLifecycle(ApplicationContext context, Runnable join, Runnable handOver, Runnable leave) {
		this.context = context;
		this.join = join;
		this.handOver = handOver;
		this.leave = leave;
	}

	@Override
	public void start() {
		this.join.run();
		this.running = true;
	}

	/** Before any bean stops. */
	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		if (this.running && event.getApplicationContext() == this.context) {
			this.handOver.run();
		}
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
