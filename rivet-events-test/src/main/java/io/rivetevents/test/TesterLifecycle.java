/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

import io.rivetevents.test.node.TestNodes;

/**
 * Starts the node of a tester with the application context, and ends it before other
 * beans stop, because they would wait in a time that no test moves. A context that is
 * paused between two test classes stops and starts as well.
 */
final class TesterLifecycle implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {

	private final ActorTester tester;

	private final TestNodes nodes;

	private volatile boolean running;

	/**
	 * Creates the life cycle.
	 * @param tester has the clients
	 * @param nodes the node
	 */
	TesterLifecycle(ActorTester tester, TestNodes nodes) {
		this.tester = tester;
		this.nodes = nodes;
	}

	@Override
	public void start() {
		this.nodes.start();
		this.running = true;
	}

	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		this.tester.end();
	}

	@Override
	public void stop() {
		this.tester.end();
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}
