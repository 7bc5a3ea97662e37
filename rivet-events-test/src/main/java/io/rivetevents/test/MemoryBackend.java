/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import reactor.util.context.Context;

import io.rivetevents.test.node.ClientTransport;
import io.rivetevents.test.node.CountedWorkers;
import io.rivetevents.test.node.OutsideWaits;
import io.rivetevents.test.node.TestLink;
import io.rivetevents.test.node.TestNodes;
import io.rivetevents.test.store.FaultyStateStore;
import io.rivetevents.test.time.VirtualTime;
import io.rivetevents.transport.PendingHandshake;

/**
 * A node in virtual time, with clients in memory.
 */
final class MemoryBackend implements Backend {

	private final TestNodes nodes;

	private final VirtualTime time;

	private final CountedWorkers workers;

	private final Duration patience;

	/**
	 * Creates the backend.
	 * @param nodes the node
	 * @param time its time
	 * @param workers its workers
	 * @param patience longest wait for work that waits for something outside of the node
	 */
	MemoryBackend(TestNodes nodes, VirtualTime time, CountedWorkers workers, Duration patience) {
		this.nodes = nodes;
		this.time = time;
		this.workers = workers;
		this.patience = patience;
		OutsideWaits waits = new OutsideWaits(nodes::atWork, workers::settle);
		time.beforeStep(waits::settle);
		time.beforeMove(waits::await);
	}

	@Override
	public ClientTransport transport(ConnectSpec spec, ClientTransport.Receiver receiver) {
		PendingHandshake handshake = PendingHandshake.of(spec.handshake(), spec::target, spec::params, null, false,
				Context.empty());
		return new TestLink(this.nodes.host(spec.node()), spec.encoding(), handshake, receiver);
	}

	@Override
	public Progress progress(Supplier<List<TestConnection>> connections) {
		return new MemoryProgress(this.time, () -> busy(connections.get()), this.patience);
	}

	private List<String> busy(List<TestConnection> connections) {
		return this.workers.atWork(() -> {
			Stream<String> turns = this.nodes.atWork().stream().map("a turn of %s has not ended"::formatted);
			Stream<String> calls = connections.stream().flatMap((connection) -> connection.unanswered().stream());
			return Stream.concat(turns, calls).toList();
		});
	}

	@Override
	public Instant now() {
		return this.time.now();
	}

	@Override
	public void restart() {
		this.nodes.restart();
	}

	@Override
	public void kill(List<TestConnection> connections) {
		this.nodes.kill();
		abandon(connections);
		this.nodes.start();
	}

	/** Ends the clients of nodes that do not run any more. */
	private void abandon(List<TestConnection> connections) {
		connections.forEach((connection) -> {
			if (connection.transport() instanceof TestLink link && this.nodes.isGone(link.host())) {
				link.abandon();
			}
		});
	}

	@Override
	public TestNodes nodes() {
		return this.nodes;
	}

	@Override
	public void kill(int node, List<TestConnection> connections) {
		this.nodes.kill(node);
		abandon(connections);
	}

	@Override
	public void stop(int node, List<TestConnection> connections) {
		this.nodes.stop(node);
		abandon(connections);
	}

	@Override
	public FaultyStateStore store() {
		return this.nodes.store();
	}

	@Override
	public void reset(List<TestConnection> connections) {
		end(connections);
		this.nodes.forget();
		this.nodes.start();
	}

	@Override
	public void end(List<TestConnection> connections) {
		this.nodes.store().clear();
		this.nodes.kill();
		abandon(connections);
	}

}
