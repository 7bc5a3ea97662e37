/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.time.Duration;
import java.util.List;

/**
 * Limits for clients.
 *
 * @param connection limits of one connection
 * @param instance limits of one instance
 * @param principal share of one principal
 * @param tenant share of one tenant
 * @param address share of one remote address
 * @param node totals of the node
 * @param trustedProxies addresses and networks without a share
 * @param times timeouts of requests
 * @param rates rates of clients
 */
public record LimitSettings(Connection connection, Instance instance, Share principal, Share tenant, Share address,
		Node node, List<String> trustedProxies, Times times, Rates rates) {

	/** Values for a node with the heap and direct memory of this process. */
	public static final LimitSettings DEFAULTS = new LimitSettings(Connection.DEFAULTS, Instance.DEFAULTS,
			Share.OF_PRINCIPAL, Share.UNLIMITED, Share.OF_ADDRESS,
			Node.of(Runtime.getRuntime().maxMemory(), Runtime.getRuntime().maxMemory()), List.of(), Times.DEFAULTS,
			Rates.NONE);

	public LimitSettings {
		trustedProxies = List.copyOf(trustedProxies);
	}

	/**
	 * Returns the same limits with other totals of the node.
	 */
	public LimitSettings withNode(Node node) {
		return new LimitSettings(this.connection, this.instance, this.principal, this.tenant, this.address, node,
				this.trustedProxies, this.times, this.rates);
	}

	/**
	 * Returns the same limits with other rates.
	 */
	public LimitSettings withRates(Rates rates) {
		return new LimitSettings(this.connection, this.instance, this.principal, this.tenant, this.address, this.node,
				this.trustedProxies, this.times, rates);
	}

	/**
	 * Returns the largest part of a total for one owner of a share; the rest is left for
	 * others.
	 */
	static long partOf(long total) {
		return total - total / 4;
	}

	/**
	 * Rates of clients.
	 *
	 * @param principal of one principal
	 * @param tenant of one tenant
	 * @param address of one remote address
	 * @param node of all clients of the node
	 */
	public record Rates(Rate principal, Rate tenant, Rate address, Rate node) {

		public static final Rates NONE = new Rates(Rate.NONE, Rate.NONE, Rate.NONE, Rate.NONE);

		List<Rate> all() {
			return List.of(this.principal, this.tenant, this.address, this.node);
		}

	}

	/**
	 * What one owner may use in a second; 0 for any number.
	 *
	 * @param calls most calls and requests for instances
	 * @param receivedBytes most bytes of messages
	 * @param deliveries most deliveries of events that its calls cause
	 */
	public record Rate(int calls, long receivedBytes, int deliveries) {

		public static final Rate NONE = new Rate(0, 0, 0);

	}

	/**
	 * Timeouts of requests.
	 *
	 * @param head time for the head of a request
	 * @param body time for the body of a request, and for a message of a WebSocket
	 * @param idle time without a request after which a connection is closed
	 * @param write time without progress after which a connection that does not read its
	 * answer is closed
	 */
	public record Times(Duration head, Duration body, Duration idle, Duration write) {

		static final Times DEFAULTS = new Times(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(75),
				Duration.ofSeconds(60));

	}

	/**
	 * Limits of one instance.
	 *
	 * @param calls most unanswered calls of clients
	 * @param pendingBytes most memory of these calls
	 */
	public record Instance(int calls, long pendingBytes) {

		static final Instance DEFAULTS = new Instance(10_000, 16 * 1024 * 1024);

	}

	/**
	 * Limits of one connection.
	 *
	 * @param calls most unanswered calls and subscription requests
	 * @param pendingBytes most memory of its messages that wait or run
	 * @param subscriptions most subscriptions
	 * @param subscriptionBytes most memory of its subscriptions and of other data that is
	 * kept for it
	 * @param pipelinedBytes most bytes of requests that arrive before earlier ones are
	 * answered
	 */
	public record Connection(int calls, long pendingBytes, int subscriptions, long subscriptionBytes,
			int pipelinedBytes) {

		static final Connection DEFAULTS = new Connection(1000, 4 * 1024 * 1024, 1000, 1024 * 1024, 64 * 1024);

	}

	/**
	 * Limits of one principal, tenant or remote address.
	 *
	 * @param calls most unanswered calls
	 * @param connections most open connections
	 * @param subscriptions most subscriptions of all its connections
	 * @param instances most awake instances that it has created
	 */
	public record Share(int calls, int connections, int subscriptions, int instances) {

		/** No limits, for a tenant without its own. */
		public static final Share UNLIMITED = new Share(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE,
				Integer.MAX_VALUE);

		public static final Share OF_PRINCIPAL = new Share(10_000, 1000, 20_000, 10_000);

		public static final Share OF_ADDRESS = new Share(50_000, 20_000, 200_000, 50_000);

	}

	/**
	 * Totals of a node.
	 *
	 * @param connections most open connections
	 * @param pendingBytes most memory of messages that wait or run
	 * @param queuedBytes most memory of bytes that wait to be written
	 * @param subscriptionBytes most memory of subscriptions
	 * @param historyBytes most memory of recorded events
	 * @param answerBytes most memory of answers that are kept for repeated calls
	 * @param awakeBytes most memory of awake instances
	 * @param storedBytes most memory of the in-memory store
	 * @param receivingBytes most direct memory of data that has arrived only partly
	 * @param sendingBytes most direct memory of data that sockets have not accepted
	 * @param compressionBytes most memory of sockets with compression
	 * @param requestBytes most memory of connections that are not to an actor, and of
	 * unanswered requests
	 */
	public record Node(int connections, long pendingBytes, long queuedBytes, long subscriptionBytes, long historyBytes,
			long answerBytes, long awakeBytes, long storedBytes, long receivingBytes, long sendingBytes,
			long compressionBytes, long requestBytes) {

		private static final int HEAP_OF_CONNECTION = 64 * 1024;

		/** Heap of an awake instance, without its state: measured, rounded up. */
		public static final int HEAP_OF_INSTANCE = 4 * 1024;

		/**
		 * Returns the default for the connections of one remote address: three quarters
		 * of all, so that others can connect.
		 */
		public int connectionsOfAddress() {
			return (int) Math.min(Share.OF_ADDRESS.connections(), Math.max(partOf(this.connections), 1));
		}

		/**
		 * Returns the default for the instances that one owner of a share may have
		 * created.
		 * @param most upper limit; half of the instances that can be awake, if that is
		 * less
		 */
		public int instancesOfOne(int most) {
			return (int) Math.min(most, Math.max(this.awakeBytes / HEAP_OF_INSTANCE / 2, 1));
		}

		/**
		 * Returns the default totals of a node.
		 * @param heap most bytes of its heap
		 * @param direct most bytes of its direct memory
		 */
		public static Node of(long heap, long direct) {
			return new Node((int) Math.min(heap / HEAP_OF_CONNECTION, Integer.MAX_VALUE), heap / 10, heap / 8,
					heap / 16, heap / 10, heap / 20, heap / 10, heap / 10, Math.min(direct / 4, heap / 16),
					Math.min(direct / 4, heap / 8), heap / 8, heap / 8);
		}

	}

}
