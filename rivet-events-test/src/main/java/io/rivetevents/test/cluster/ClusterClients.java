/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients of one instance, spread over all nodes.
 */
final class ClusterClients implements AutoCloseable {

	private final CalledActor actor;

	private final List<ClusterClient> clients = new ArrayList<>();

	/**
	 * Connects clients: a half over WebSocket, alternately in the plain protocol and in
	 * the extended mode, the other half over Server-Sent Events.
	 * @param actor the instance
	 * @param cluster the nodes
	 * @param number number of clients
	 * @param nodes the nodes to which they connect first
	 */
	ClusterClients(CalledActor actor, ProcessCluster cluster, int number, List<ClusterProcess> nodes)
			throws InterruptedException {
		this.actor = actor;
		for (int i = 0; i < number; i++) {
			int round = i / nodes.size();
			int first = cluster.nodes().indexOf(nodes.get(i % nodes.size())) + round * cluster.nodes().size();
			this.clients.add(new ClusterClient(kind(round), actor, cluster, first));
		}
		for (ClusterClient client : this.clients) {
			client.awaitConnected();
		}
	}

	/** Each kind is at all of three nodes. */
	private static ClusterClient.Kind kind(int number) {
		return switch (number % 4) {
			case 0 -> ClusterClient.Kind.SOCKET;
			case 2 -> ClusterClient.Kind.PLAIN;
			default -> ClusterClient.Kind.STREAM;
		};
	}

	/** Returns how often each client has connected that is not at a node. */
	Map<ClusterClient, Integer> connectionsBut(ClusterProcess node) {
		return this.clients.stream()
			.filter((client) -> !client.isAt(node))
			.collect(Collectors.toMap(Function.identity(), ClusterClient::connections));
	}

	/**
	 * Adds entries until all clients have received one of them, and checks what they have
	 * received. A client of the plain protocol misses an entry that moves the instance.
	 * @param node where entries are added
	 */
	void check(ClusterProcess node) {
		String first = this.actor.add(node);
		this.clients.stream().filter(ClusterClient::isExtended).forEach((client) -> client.await(first));
		String end = addUntilReceived(node);
		this.clients.stream().filter(ClusterClient::isExtended).forEach((client) -> client.await(end));
		List<String> stored = this.actor.check();
		this.clients.forEach((client) -> client.check(stored));
	}

	/**
	 * Adds entries until all clients have received one of them.
	 * @param node where entries are added
	 * @return the last entry
	 */
	String addUntilReceived(ClusterProcess node) {
		List<String> added = new ArrayList<>();
		Awaitility.await().atMost(ClusterProcess.PATIENCE).until(() -> {
			added.add(this.actor.add(node));
			return this.clients.stream().allMatch((client) -> client.hasReceivedAnyOf(added));
		});
		return added.get(added.size() - 1);
	}

	/** Checks that no client was notified of missed events. */
	void checkNotNotified() {
		assertThat(this.clients).allSatisfy((client) -> assertThat(client.notices()).isZero());
	}

	@Override
	public void close() {
		this.clients.forEach(ClusterClient::close);
	}

	@Override
	public String toString() {
		return "%d clients of %s connected %d times, %d notified of missed events".formatted(this.clients.size(),
				this.actor.actor(), this.clients.stream().mapToInt(ClusterClient::connections).sum(),
				this.clients.stream().filter((client) -> client.notices() > 0).count());
	}

}
