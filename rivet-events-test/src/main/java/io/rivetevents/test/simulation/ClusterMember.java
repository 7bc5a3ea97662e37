/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import org.springframework.util.IdGenerator;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.test.network.NetworkNode;
import io.rivetevents.test.network.TimedNetwork;

/**
 * A simulated process as a member of a cluster. Apart from it, nothing in the simulation
 * of one node needs rivet-events-cluster.
 */
final class ClusterMember {

	private final SimulatedNode node;

	private final TimedNetwork network;

	private final String name;

	private final NetworkNode member;

	ClusterMember(SimulatedNode node, TimedNetwork network, IdGenerator ids, Scheduler timers) {
		this.node = node;
		this.network = network;
		this.name = ids.generateId().toString();
		this.member = new NetworkNode(network.engine(this.name, node.toString(), this::newThread), this.name, timers);
	}

	private Executor newThread() {
		return this.node.workers().line(this.node.lifetime());
	}

	String name() {
		return this.name;
	}

	Ownership ownership() {
		return this.member.ownership();
	}

	ActorDirectory directory() {
		return this.member.directory();
	}

	/** Puts it together. */
	void make(ValueMapper mapper, Scheduler threads) {
		this.member.create(new NetworkNode.Parts(this.node.node(), this.node.connections(), mapper, threads,
				(task) -> this.node.workers().add(this.node.lifetime(), task)));
	}

	void start() {
		this.member.cluster().start();
	}

	/** Stops it in the order of an application. */
	Mono<Void> stop(Supplier<Mono<Void>> shutdown) {
		return this.member.cluster()
			.handOver(NetworkNode.LEAVE_TIMEOUT)
			.then(Mono.defer(shutdown))
			.then(Mono.defer(this.member.cluster()::drained))
			.then(Mono.fromRunnable(this.member.cluster()::end));
	}

	void kill() {
		this.network.kill(this.name);
	}

	void paused() {
		this.network.paused(this.name);
	}

	void continued() {
		this.network.continued(this.name);
	}

	/** Returns the names of the nodes that it sees. */
	Set<String> sees() {
		return this.member.membership().nodes();
	}

	boolean owns(ActorAddress address) {
		return this.member.membership().owns(address);
	}

	/** Returns the number of requests to other nodes that are not answered. */
	int pending() {
		return this.member.cluster().status().pending();
	}

}
