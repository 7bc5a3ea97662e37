/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.gateway;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorInfo;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameSender;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ConnectRequest;

/**
 * The other nodes that hold sockets of connections to actors of this node. This node is
 * one of them, under another name: a connection that was at another owner before is
 * handled in the same way when its actor has moved here. Safe for use by several threads.
 */
public final class PeerGateways {

	private final FrameSender frames;

	private final ActorDirectory local;

	private final MessageReceiver receiver;

	private final OutboundRegistry connections;

	private final Scheduler timers;

	private final Duration grace;

	/** The last number of a list of connections. */
	private final AtomicLong lists = new AtomicLong();

	/** By the name of the node; changed and removed under the lock of this. */
	private final Map<String, PeerGateway> gateways = new ConcurrentHashMap<>();

	/**
	 * Creates gateways.
	 * @param frames sends frames, also to this node
	 * @param local directory of the instances of this node
	 * @param receiver delivers messages to them
	 * @param connections connections of this node
	 * @param timers runs what is due
	 * @param grace how long the connections of a lost node stay, unless they are attached
	 * again
	 */
	public PeerGateways(FrameSender frames, ActorDirectory local, MessageReceiver receiver,
			OutboundRegistry connections, Scheduler timers, Duration grace) {
		this.frames = frames;
		this.local = local;
		this.receiver = receiver;
		this.connections = connections;
		this.timers = timers;
		this.grace = grace;
	}

	/**
	 * Connects a client to an actor of this node. A connection with the same id is ended
	 * first.
	 * @param operation the request of its gateway
	 * @return the instance, after the first message for the client; a rejection is a
	 * {@code RivetException}
	 */
	public Mono<ActorInfo> connect(Operation.Connect operation) {
		return Mono.defer(() -> {
			ConnectRequest request = operation.request();
			String node = (request.gateway() != null) ? request.gateway() : this.connections.node();
			Attachment attachment = new Attachment(operation.bounds());
			Attached attached = attach(node, request.connectionId(), attachment);
			return attached.gateway()
				.connect(operation.target(), request.withGateway(nameOf(node)), attachment, attached.before());
		});
	}

	/**
	 * The gateway of a connection.
	 *
	 * @param gateway the gateway
	 * @param before the connection that is replaced, {@code null} if there is none
	 */
	private record Attached(PeerGateway gateway, @Nullable Attachment before) {
	}

	/** With the lock: a gateway that is about to be removed takes no connection. */
	private synchronized Attached attach(String node, String connectionId, Attachment attachment) {
		PeerGateway gateway = this.gateways.get(node);
		if (gateway == null) {
			gateway = new PeerGateway(node, this.frames, this.local, this.receiver, this.connections,
					new RecipientNumbers(this.lists));
			this.gateways.put(node, gateway);
			this.connections.gateways().add(nameOf(node), gateway);
		}
		return new Attached(gateway, gateway.attach(connectionId, attachment));
	}

	/**
	 * Returns the name of a node as a gateway. The connections of this node are found by
	 * its own name without a gateway.
	 */
	private String nameOf(String node) {
		return node.equals(this.connections.node()) ? node + "/link" : node;
	}

	/** Delivers a message of a client. */
	public void deliver(String node, Frame.Deliver frame) {
		PeerGateway gateway = this.gateways.get(node);
		if (gateway != null) {
			gateway.deliver(frame.address(), frame.connectionId(), frame.message());
		}
	}

	/** Sends a keep-alive to a client. */
	public void keepAlive(String node, Frame.KeepAlive frame) {
		PeerGateway gateway = this.gateways.get(node);
		if (gateway != null) {
			gateway.keepAlive(frame.address(), frame.connectionId());
		}
	}

	/** Ends a connection. */
	public void disconnected(String node, Frame.Disconnected frame) {
		PeerGateway gateway = this.gateways.get(node);
		if (gateway != null) {
			gateway.disconnected(frame.connectionId());
		}
	}

	/**
	 * Ends the connections of a lost node after a grace period, unless they are attached
	 * again.
	 */
	public void lost(String node) {
		PeerGateway gateway = this.gateways.get(node);
		if (gateway != null) {
			Map<String, Attachment> lost = gateway.detach();
			this.timers.schedule(() -> expire(node, gateway, lost), this.grace.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	private void expire(String node, PeerGateway gateway, Map<String, Attachment> lost) {
		gateway.expire(lost);
		Mono.when(lost.values().stream().map(Attachment::settled).toList()).subscribe((none) -> {
		}, (ex) -> {
		}, () -> removeIfEmpty(node, gateway));
	}

	private synchronized void removeIfEmpty(String node, PeerGateway gateway) {
		if (gateway.isEmpty() && this.gateways.remove(node, gateway)) {
			this.connections.gateways().remove(nameOf(node));
		}
	}

	/** Returns the number of connections whose socket is at another node. */
	public int size() {
		return this.gateways.values().stream().mapToInt(PeerGateway::size).sum();
	}

}
