/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.rivetevents.explain.DeliveryRecorder;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.inbound.InboundRequests;
import io.rivetevents.inbound.OperatorRequests;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.outbound.Gateways;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * The connections of this node. A transport registers a connection before it connects it
 * to an actor, and removes it when its socket is closed; the actor adds it to the
 * {@linkplain #members() members} while it is in the actor's own list.
 */
public final class OutboundRegistry {

	private final Map<String, Entry> entries = new ConcurrentHashMap<>();

	/** Number of removed connections whose end is being reported. */
	private final AtomicInteger leaving = new AtomicInteger();

	private final ConnectionIndex members;

	private final Gateways gateways = new Gateways();

	private final InboundRequests inbound = new InboundRequests();

	private final OperatorRequests operators = new OperatorRequests();

	private final String node;

	/**
	 * A connection of this node.
	 *
	 * @param client the client, {@code null} if its right cannot change
	 */
	private record Entry(Identity identity, Outbound outbound, @Nullable ClientUsage usage,
			@Nullable Renewable client) {

		void expire() {
			if (this.client != null) {
				this.client.expire();
			}
			else {
				this.outbound.close(CloseReason.of(ErrorCode.EXPIRED));
			}
		}

		void update(@Nullable Identity present, CloseReason reason) {
			if (present == null) {
				this.outbound.close(reason);
			}
			else if (this.client != null && present != this.identity) {
				this.client.replace(this.identity, present);
			}
		}

	}

	/** Creates the registry of a node with a new name. */
	public OutboundRegistry() {
		this(UUID.randomUUID().toString());
	}

	/**
	 * Creates a registry.
	 * @param node name of this node, new for each start
	 */
	public OutboundRegistry(String node) {
		this(node, null);
	}

	/**
	 * Creates a registry.
	 * @param node name of this node, new for each start
	 * @param deliveries records the deliveries of events to the connections of all
	 * actors, {@code null} if they are not recorded
	 */
	public OutboundRegistry(String node, @Nullable DeliveryRecorder deliveries) {
		this.node = node;
		this.members = new ConnectionIndex(true, (deliveries != null) ? deliveries.ofNode() : null);
	}

	/**
	 * Returns the name of this node, the gateway of its connections.
	 */
	public String node() {
		return this.node;
	}

	/**
	 * Returns the other nodes that hold sockets of connections to this node's actors.
	 */
	public Gateways gateways() {
		return this.gateways;
	}

	/** Returns what brings requests of clients about their connections to these. */
	public InboundRequests inbound() {
		return this.inbound;
	}

	/** Returns what receives the requests of operators of other nodes. */
	public OperatorRequests operators() {
		return this.operators;
	}

	/**
	 * Adds a connection.
	 * @param request the client's request
	 * @param outbound its outbound path
	 */
	public void register(ConnectRequest request, Outbound outbound) {
		register(request, outbound, null);
	}

	/**
	 * Adds a connection whose right cannot change. It closes when new credentials are
	 * requested.
	 * @param request the client's request
	 * @param outbound its outbound path
	 * @param usage the resources it uses on the node, {@code null} if they are not
	 * counted
	 */
	public void register(ConnectRequest request, Outbound outbound, @Nullable ClientUsage usage) {
		register(request, outbound, usage, null);
	}

	/**
	 * Adds a connection, or replaces the identity of one that is open.
	 * @param request the client's request
	 * @param outbound its outbound path
	 * @param usage the resources it uses on the node, {@code null} if they are not
	 * counted
	 * @param client the client, {@code null} if its right cannot change
	 */
	public void register(ConnectRequest request, Outbound outbound, @Nullable ClientUsage usage,
			@Nullable Renewable client) {
		this.entries.put(request.connectionId(), new Entry(request.identity(), outbound, usage, client));
	}

	/**
	 * Removes a connection whose socket is closed, and reports its end. It is removed
	 * first: an actor that accepts the client at the same time finds it missing, or has
	 * accepted it before the report.
	 * @param connectionId its id
	 * @param report notifies the actor; until it returns, {@link #isEmpty()} counts the
	 * connection
	 */
	public void remove(String connectionId, Runnable report) {
		this.leaving.incrementAndGet();
		this.entries.remove(connectionId);
		try {
			report.run();
		}
		finally {
			this.leaving.decrementAndGet();
		}
	}

	/**
	 * Returns the outbound path to a connection of this node, {@link Outbound#NONE} if it
	 * is not or no longer registered.
	 * @param connectionId its id
	 */
	public Outbound outbound(String connectionId) {
		Entry entry = this.entries.get(connectionId);
		return (entry != null) ? entry.outbound() : Outbound.NONE;
	}

	/**
	 * Returns the outbound path to a client of any node; {@link Outbound#NONE} if the
	 * client or its node has disconnected.
	 * @param request the client's request
	 */
	public Outbound outbound(ConnectRequest request) {
		String gateway = request.gateway();
		return (gateway == null || gateway.equals(this.node)) ? outbound(request.connectionId())
				: this.gateways.outbound(gateway, request.connectionId());
	}

	/**
	 * Returns the resources that a connection uses on the node, {@code null} if it is not
	 * registered or not counted.
	 * @param connectionId its id
	 */
	public @Nullable ClientUsage usage(String connectionId) {
		Entry entry = this.entries.get(connectionId);
		return (entry != null) ? entry.usage() : null;
	}

	/**
	 * Returns the resources that the actor of a connection counts; {@code null} if there
	 * are none, or the gateway of the connection counts them.
	 * @param request the client's request
	 */
	public @Nullable ClientUsage usage(ConnectRequest request) {
		String gateway = request.gateway();
		return (gateway == null || gateway.equals(this.node)) ? usage(request.connectionId()) : null;
	}

	/** Returns a snapshot of the outbound paths to all connections. */
	public List<Outbound> outbounds() {
		return this.entries.values().stream().map(Entry::outbound).toList();
	}

	/** Returns a snapshot of the identities of the clients of all connections. */
	public List<Identity> identities() {
		return this.entries.values().stream().map(Entry::identity).toList();
	}

	/**
	 * Closes the connections of some clients.
	 * @param who selects the clients by their identity
	 * @param reason the reason that the clients receive
	 * @return the number of closed connections
	 */
	public int close(Predicate<Identity> who, CloseReason reason) {
		return forEach(who, (entry) -> entry.outbound().close(reason));
	}

	/**
	 * Requests new credentials of some clients, as if the present ones had expired now.
	 * @param who selects the clients by their identity
	 * @return the number of these clients
	 */
	public int expire(Predicate<Identity> who) {
		return forEach(who, Entry::expire);
	}

	/**
	 * Updates the identities of clients without new credentials.
	 * @param update returns the present identity of a client: the same one, another one
	 * of its user, or {@code null} to close its connection
	 * @param reason the reason that clients without an identity receive
	 */
	public void update(Function<Identity, @Nullable Identity> update, CloseReason reason) {
		forEach((identity) -> true, (entry) -> entry.update(update.apply(entry.identity()), reason));
	}

	private int forEach(Predicate<Identity> who, Consumer<Entry> action) {
		int count = 0;
		for (Entry entry : this.entries.values()) {
			if (who.test(entry.identity())) {
				action.accept(entry);
				count++;
			}
		}
		return count;
	}

	/**
	 * Returns the connections that actors of this node have accepted, except stateless
	 * ones.
	 */
	public ConnectionIndex members() {
		return this.members;
	}

	/** Returns the number of open connections. */
	public int size() {
		return this.entries.size();
	}

	/**
	 * Returns whether no connection is open and the end of each is reported.
	 */
	public boolean isEmpty() {
		// in this order: a connection counts as leaving before it is removed
		return this.entries.isEmpty() && this.leaving.get() == 0;
	}

}
