/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.outbound.MovedClient;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer.SubscriptionRequest;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The connections of this node whose actor is on another node, or was when they were
 * connected. If the node of an actor is lost, or another node owns the address from now
 * on, each connection is connected again without its client: see {@code
 * docs/protocol.md}. Methods do not block and are safe for use by several threads.
 */
public final class ClientLinks {

	private final LinkContext context;

	private final OutboundRegistry connections;

	private final Map<String, Linked> links = new ConcurrentHashMap<>();

	private record Linked(RemoteLink link, CountedClient client) {
	}

	/** Increases after a link was added or removed. */
	private final AtomicInteger changes = new AtomicInteger();

	private final KnownRecipients<RemoteLink> recipients = new KnownRecipients<>(this::find);

	/**
	 * Creates links.
	 * @param context what links share
	 * @param connections connections of this node
	 */
	ClientLinks(LinkContext context, OutboundRegistry connections) {
		this.context = context;
		this.connections = connections;
	}

	/**
	 * Connects a client whose outbound path is registered.
	 * @param target the target instance
	 * @param address its address
	 * @param request the client's request, which names this node as its gateway
	 * @return the instance, as from {@code ActorDirectory.connect}; {@code
	 * actor.restarting} if the address has no owner for some time, and
	 * {@code actor.overloaded} if the client has reached a limit
	 */
	public Mono<ActorInfo> connect(ActorTarget target, ActorAddress address, ConnectRequest request) {
		return Mono.create((sink) -> {
			String id = request.connectionId();
			Outbound queue = this.connections.outbound(id);
			Gateway.Bounds bounds = queue.bounds();
			if (bounds == null) {
				sink.error(new RivetException(ErrorCode.CONNECTION_NOT_FOUND));
				return;
			}
			CountedClient client = new CountedClient(queue, this.connections.usage(id));
			RivetException refusal = client.open(request);
			if (refusal != null) {
				sink.error(refusal);
				return;
			}
			RemoteLink link = new RemoteLink(this.context, target, address, request, client, bounds,
					(ended) -> end(id, ended, client));
			this.links.put(id, new Linked(link, client));
			this.changes.incrementAndGet();
			sink.onCancel(link::disconnected);
			link.connect(sink);
		});
	}

	/**
	 * Connects a client of this node whose actor leaves this node.
	 * @param address address of the instance
	 * @param actorId its id
	 * @param request the client's request
	 * @param subscriptions its subscriptions
	 * @param position the client has received all events up to it, and none after it
	 * @return the client, which is counted from its end on: until then the actor counts
	 * it
	 */
	public MovedClient adopt(ActorAddress address, String actorId, ConnectRequest request,
			List<SubscriptionRequest> subscriptions, Position position) {
		String id = request.connectionId();
		Outbound queue = this.connections.outbound(id);
		Gateway.Bounds bounds = queue.bounds();
		if (bounds == null) {
			return AdoptedClient.GONE;
		}
		CountedClient client = new CountedClient(queue, this.connections.usage(id));
		RemoteLink link = new RemoteLink(this.context, new ActorTarget.ById(actorId, address), address,
				request.withGateway(this.context.membership().self()), client, bounds,
				(ended) -> end(id, ended, client));
		this.links.put(id, new Linked(link, client));
		this.changes.incrementAndGet();
		link.adopt(actorId, subscriptions, position);
		if (this.connections.outbound(id) != queue) {
			link.disconnected(); // meanwhile, and it was not found
		}
		return new AdoptedClient(link, client, request, subscriptions);
	}

	private void end(String id, RemoteLink ended, CountedClient client) {
		this.links.computeIfPresent(id, (key, present) -> (present.link() == ended) ? null : present);
		this.changes.incrementAndGet();
		client.end();
	}

	/**
	 * Delivers a message of a client, unless the client has reached a limit and receives
	 * an error.
	 * @return whether the connection is one of these
	 */
	public boolean deliver(String connectionId, ToServer message) {
		Linked linked = this.links.get(connectionId);
		if (linked != null && linked.client().accepts(message)) {
			linked.link().deliver(message);
		}
		return linked != null;
	}

	/**
	 * Sends a client a keep-alive.
	 * @return whether the connection is one of these
	 */
	public boolean keepAlive(String connectionId) {
		return with(connectionId, RemoteLink::keepAlive);
	}

	/**
	 * Ends a connection whose socket is closed.
	 * @return whether the connection is one of these
	 */
	public boolean disconnected(String connectionId) {
		return with(connectionId, RemoteLink::disconnected);
	}

	private boolean with(String connectionId, Consumer<RemoteLink> work) {
		RemoteLink link = find(connectionId);
		if (link != null) {
			work.accept(link);
		}
		return link != null;
	}

	private @Nullable RemoteLink find(String connectionId) {
		Linked linked = this.links.get(connectionId);
		return (linked != null) ? linked.link() : null;
	}

	// From other nodes

	void send(String node, Frame.Send frame) {
		ToClient message = frame.message();
		OutgoingMessage shared = (message instanceof ToClient.Event event)
				? OutgoingMessage.of(event, frame.droppable()) : OutgoingMessage.of(message);
		for (RemoteLink link : this.recipients.find(node, frame, this.changes.get())) {
			link.send(node, shared);
		}
	}

	void giveBack(String node, Frame.GiveBack frame) {
		with(frame.connectionId(), (link) -> link.giveBack(node, frame.message()));
	}

	void admit(String node, Frame.Admit frame) {
		with(frame.connectionId(), (link) -> link.admit(node, frame.first()));
	}

	void close(String node, Frame.Close frame) {
		with(frame.connectionId(), (link) -> link.closed(node, frame.reason()));
	}

	void lost(String node) {
		this.recipients.lost(node);
		this.links.values().forEach((linked) -> linked.link().lost(node));
	}

	void viewChanged() {
		this.links.values().forEach((linked) -> linked.link().viewChanged());
	}

	/** Returns the number of connections. */
	public int size() {
		return this.links.size();
	}

}
