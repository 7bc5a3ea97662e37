/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import tools.jackson.databind.JsonNode;

import io.rivetevents.test.cluster.Network.Link;

/**
 * Three nodes and their database, each in a namespace of its own.
 */
final class Cluster implements AutoCloseable {

	/** Member that has the database. */
	static final String STORE = "db";

	/** Member that has the callers and clients. */
	static final String CLIENTS = "cl";

	static final int NODES = 3;

	private final Network network;

	private final Database database;

	private final Random random;

	private final List<Node> nodes = new ArrayList<>();

	private volatile Thread flicker;

	/**
	 * Starts the database; nodes are started by {@link #start}.
	 * @param network what {@link #prepare} has created
	 * @param random chooses moments
	 */
	Cluster(Network network, Random random) throws IOException {
		this.network = network;
		this.random = random;
		this.database = new Database(network, STORE);
		for (int number = 1; number <= NODES; number++) {
			this.nodes.add(new Node(network, number));
		}
	}

	/** Creates the namespaces. */
	static void prepare(Network network) {
		network.create();
		network.add(STORE, Node.STORE, Link.STORE);
		network.add(CLIENTS, Node.STORE, Link.CLIENTS);
		for (int number = 1; number <= NODES; number++) {
			network.add("n" + number, number, Link.values());
		}
	}

	Network network() {
		return this.network;
	}

	Database database() {
		return this.database;
	}

	List<Node> nodes() {
		return this.nodes;
	}

	/** Starts what does not run, and waits for it. */
	void start() throws IOException {
		restart(this.nodes);
	}

	/** Starts those of some nodes that do not run, and waits for them. */
	void restart(List<Node> nodes) throws IOException {
		for (Node node : nodes) {
			if (!node.isRunning()) {
				node.start();
			}
		}
		nodes.forEach(Node::await);
	}

	/**
	 * Returns whether nodes are one cluster.
	 * @param nodes the nodes
	 * @param ledgers keys of ledgers, each of which must have one owner
	 */
	static boolean isOne(List<Node> nodes, List<String> ledgers) {
		try {
			for (Node node : nodes) {
				JsonNode status = node.status();
				if (status.path("nodes").asInt() != nodes.size() || status.path("waiting").asBoolean()) {
					return false;
				}
			}
			for (String ledger : ledgers) {
				if (!hasOneOwner(nodes, ledger)) {
					return false;
				}
			}
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static boolean hasOneOwner(List<Node> nodes, String ledger) throws IOException {
		Set<String> owners = new HashSet<>();
		for (Node node : nodes) {
			Node.Answer answer = node.send("GET", "/owner/%s/%s".formatted(NamespaceApplication.LEDGER, ledger),
					Duration.ofSeconds(6));
			if (!answer.isOk()) {
				return false;
			}
			owners.add(answer.body());
		}
		return owners.size() == 1;
	}

	/** Cuts the link of a node to the others again and again, each time for a moment. */
	void flicker(Node node) {
		Thread thread = new Thread(() -> {
			try {
				while (this.flicker == Thread.currentThread()) {
					this.network.cut(node.member(), Link.NODES);
					Thread.sleep(10 + this.random.nextInt(60));
					this.network.heal(node.member(), Link.NODES);
					Thread.sleep(50 + this.random.nextInt(400));
				}
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}, "flicker");
		this.flicker = thread;
		thread.start();
	}

	/** Ends what {@link #flicker} has begun; returns whether there was something. */
	boolean endFlicker() throws InterruptedException {
		Thread thread = this.flicker;
		this.flicker = null;
		if (thread != null) {
			thread.join();
		}
		return thread != null;
	}

	@Override
	public void close() throws IOException {
		this.nodes.forEach(Node::close);
		this.database.close();
	}

}
