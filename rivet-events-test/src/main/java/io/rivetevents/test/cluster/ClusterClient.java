/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client that is subscribed to the entries of an instance. If its connection ends it
 * connects to another node, and in the extended mode resumes.
 */
final class ClusterClient implements AutoCloseable {

	/** How a client connects. */
	enum Kind {

		/** WebSocket and the RivetKit protocol, without positions. */
		PLAIN,

		/** WebSocket and the extended mode. */
		SOCKET,

		/** Server-Sent Events, which have the extended mode. */
		STREAM

	}

	private static final JsonMapper MAPPER = new JsonMapper();

	private static final String HELLO = """
			{"body":{"tag":"Hello","val":{"subscriptions":[{"eventName":"added"}]}}}""";

	private static final String SUBSCRIBE = """
			{"body":{"tag":"SubscriptionRequest","val":{"eventName":"added","subscribe":true}}}""";

	/** Time between two attempts to connect, in milliseconds. */
	private static final long PAUSE = 200;

	private final Kind kind;

	private final CalledActor actor;

	private final ProcessCluster cluster;

	private final int first;

	/** Entries, and notices about missed ones, in their order. */
	private final Queue<String> received = new ConcurrentLinkedQueue<>();

	private final AtomicInteger connections = new AtomicInteger();

	private final CountDownLatch greeted = new CountDownLatch(1);

	private final CountDownLatch ended = new CountDownLatch(1);

	private volatile @Nullable ClientLink link;

	private volatile @Nullable ClusterProcess node;

	/** What the next connection resumes from. */
	private volatile @Nullable ObjectNode resume;

	/**
	 * Creates a client and connects it.
	 * @param kind how it connects
	 * @param actor the instance
	 * @param cluster the nodes
	 * @param first number of the node to which it connects first
	 */
	ClusterClient(Kind kind, CalledActor actor, ProcessCluster cluster, int first) {
		this.kind = kind;
		this.actor = actor;
		this.cluster = cluster;
		this.first = first;
		Thread thread = new Thread(this::run, "client");
		thread.setDaemon(true);
		thread.start();
	}

	/** Waits until the client has connected for the first time. */
	void awaitConnected() throws InterruptedException {
		assertThat(this.greeted.await(ClusterProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("%s", this).isTrue();
	}

	private void run() {
		try {
			for (int attempt = this.first; !isEnded(); attempt++) {
				List<ClusterProcess> nodes = this.cluster.nodes();
				connect(nodes.get(attempt % nodes.size()));
				this.ended.await(PAUSE, TimeUnit.MILLISECONDS);
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private boolean isEnded() {
		return this.ended.getCount() == 0;
	}

	private void connect(ClusterProcess node) {
		try (ClientLink link = open(node)) {
			this.link = link;
			this.node = node;
			this.connections.incrementAndGet();
			if (!isEnded()) {
				link.join();
			}
		}
		catch (RuntimeException ex) {
			// the node does not accept it at present
		}
	}

	private ClientLink open(ClusterProcess node) {
		String address = "127.0.0.1:%d/rivet/gateway/%s/".formatted(node.port(), this.actor.actor())
				+ "%s?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-crash-policy=sleep&rvt-key="
				+ this.actor.key();
		return switch (this.kind) {
			case PLAIN -> new SocketLink(address, false, SUBSCRIBE, this::receive);
			case SOCKET -> new SocketLink(address, true, hello(), this::receive);
			case STREAM -> new StreamLink(address, hello(), this::receive);
		};
	}

	private String hello() {
		ObjectNode hello = (ObjectNode) MAPPER.readTree(HELLO);
		ObjectNode resume = this.resume;
		if (resume != null) {
			((ObjectNode) hello.path("body").path("val")).set("resume", resume);
		}
		return hello.toString();
	}

	private void receive(Message message) {
		switch (message.tag()) {
			case "Init" -> greet(message.value());
			case "Gap" -> this.received.add(ReceivedEntries.NOTICE + message.value());
			case "Event" -> receiveEntry(message);
			default -> {
				// no other message is of interest
			}
		}
	}

	private void greet(JsonNode init) {
		String outcome = init.path("outcome").asString("");
		if (outcome.equals("resynced") || (outcome.equals("fresh") && this.greeted.getCount() == 0)) {
			this.received.add("%s%s %s".formatted(ReceivedEntries.NOTICE, outcome, init.path("reason").asString("")));
		}
		if (isExtended()) {
			ObjectNode resume = MAPPER.createObjectNode();
			List.of("epoch", "position", "stream", "secret").forEach((name) -> resume.set(name, init.path(name)));
			this.resume = resume;
		}
		this.greeted.countDown();
	}

	private void receiveEntry(Message message) {
		this.received.add(message.value().path(0).asString());
		ObjectNode resume = this.resume;
		if (resume != null) {
			this.resume = resume.deepCopy().put("position", message.position());
		}
	}

	boolean isExtended() {
		return this.kind != Kind.PLAIN;
	}

	boolean hasReceivedAnyOf(List<String> entries) {
		return entries.stream().anyMatch(this.received::contains);
	}

	/** Waits for an entry. */
	void await(String entry) {
		Awaitility.await()
			.atMost(ClusterProcess.PATIENCE)
			.untilAsserted(() -> assertThat(this.received).as("%s", this).contains(entry));
	}

	/**
	 * Checks what the client has received: each entry if the events are stored, unless it
	 * uses the plain protocol.
	 * @param stored all entries in their order
	 */
	void check(List<String> stored) {
		ReceivedEntries entries = new ReceivedEntries(toString(), new ArrayList<>(this.received), this.actor);
		entries.check(stored, isExtended(), this.actor.actor().equals(ClusterActors.BOOK));
	}

	/** Returns whether the last connection is or was at a node. */
	boolean isAt(ClusterProcess node) {
		return node == this.node;
	}

	/** Returns how often the client has connected. */
	int connections() {
		return this.connections.get();
	}

	/** Returns the number of notices about missed events. */
	long notices() {
		return this.received.stream().filter((entry) -> entry.startsWith(ReceivedEntries.NOTICE)).count();
	}

	@Override
	public void close() {
		this.ended.countDown();
		ClientLink link = this.link;
		if (link != null) {
			link.close();
		}
	}

	@Override
	public String toString() {
		return "client %d of %s, %s, %d connections".formatted(this.first, this.actor.actor(), this.kind,
				connections());
	}

}
