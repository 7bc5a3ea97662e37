/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.time.Clock;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.placement.LocalNode;

/**
 * A node of a test from its start to its end, and what ends with it. Used by the thread
 * of the test.
 */
final class TestNode {

	private final NodeGate gate = new NodeGate();

	private final NodeParts parts;

	private final NodeParts.Composed composed;

	private final ActorStateStore store;

	private final CountedWorkers.Group tasks;

	private final Scheduler workers;

	private final NodeNetwork.@Nullable Member member;

	/**
	 * Creates a node without others, whose connections are those of the application.
	 * @param parts beans of the application
	 * @param store its store
	 * @param time its time
	 * @param tasks runs its tasks
	 */
	TestNode(NodeParts parts, ActorStateStore store, TestNodes.Time time, CountedWorkers.Group tasks) {
		this.parts = parts;
		this.tasks = tasks;
		this.workers = this.gate.workers(tasks.scheduler());
		this.store = this.gate.store(store);
		this.member = null;
		this.composed = compose(time.clock(), this.gate.timers(time.timers()), Ownership.ALONE);
	}

	/**
	 * Creates a node among others.
	 * @param network joins it to the others
	 * @param registry its connections; has its name
	 */
	TestNode(NodeParts parts, ActorStateStore store, TestNodes.Time time, CountedWorkers.Group tasks,
			NodeNetwork network, OutboundRegistry registry) {
		Scheduler timers = this.gate.timers(time.timers());
		NodeNetwork.Member member = network.member(registry.node(), timers);
		this.parts = parts.with(registry, member::directory);
		this.tasks = tasks;
		this.workers = this.gate.workers(tasks.scheduler());
		this.store = this.gate.store(store);
		this.member = member;
		this.composed = compose(time.clock(), timers, member.ownership());
	}

	private NodeParts.Composed compose(Clock clock, Scheduler timers, Ownership ownership) {
		return this.parts.compose(this.store, clock, timers, this.workers, ownership);
	}

	/** Joins the other nodes, if there are any, and starts. */
	void start() {
		if (this.member != null) {
			this.member.join(node(), registry(), this.workers);
		}
		node().start();
	}

	/** Ends the node: nothing of it runs any more. */
	void kill() {
		this.gate.close();
		this.tasks.abandon();
	}

	boolean isKilled() {
		return this.gate.isClosed();
	}

	String name() {
		return registry().node();
	}

	LocalNode node() {
		return this.composed.node();
	}

	OutboundRegistry registry() {
		return this.parts.registry();
	}

	/** Returns the directory of the instances of all nodes. */
	ActorDirectory directory() {
		return (this.member != null) ? this.member.directory() : node().directory();
	}

	/** Returns the node among others, {@code null} if there are none. */
	NodeNetwork.@Nullable Member member() {
		return this.member;
	}

	/** Returns the scheduler of its tasks, until it is killed. */
	Scheduler workers() {
		return this.workers;
	}

	/** Returns what clients of the node connect to. */
	LinkHost host(TestNodes.Time time) {
		return this.parts.host(this.composed, this.store, time.threads(), this.tasks.scheduler());
	}

}
