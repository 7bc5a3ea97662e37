/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

import reactor.core.publisher.MonoSink;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.observation.CallContext;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer.SubscriptionRequest;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * A connection of this node whose actor is on another node. Methods return at once and
 * are safe for use by several threads; what they do happens in the order of the calls.
 */
final class RemoteLink {

	private final LinkState state;

	private final SerialTasks tasks;

	/**
	 * Creates a link.
	 * @param context what links share
	 * @param target the target instance
	 * @param address its address
	 * @param request the client's request
	 * @param queue the queue of the client
	 * @param bounds its limits
	 * @param onEnd called when its socket is closed, or the first connect is rejected
	 */
	RemoteLink(LinkContext context, ActorTarget target, ActorAddress address, ConnectRequest request, Outbound queue,
			Gateway.Bounds bounds, Consumer<RemoteLink> onEnd) {
		this.tasks = new SerialTasks(new ConcurrentLinkedQueue<>(), this::failed);
		this.state = new LinkState(context, target, address, request, queue, bounds, this.tasks,
				() -> onEnd.accept(this));
	}

	private void failed(Throwable ex) {
		this.state.failed(ex);
	}

	/**
	 * Connects the client.
	 * @param sink receives the instance, or the rejection
	 */
	void connect(MonoSink<ActorInfo> sink) {
		CallContext caller = CallContext.capture(sink.contextView());
		this.tasks.execute(() -> this.state.connect(sink, caller));
	}

	/**
	 * Connects a client whose actor leaves this node.
	 * @param actorId id of the instance
	 * @param subscriptions its subscriptions
	 * @param position it has received all events up to it
	 */
	void adopt(String actorId, List<SubscriptionRequest> subscriptions, Position position) {
		this.tasks.execute(() -> this.state.adopt(actorId, subscriptions, position));
	}

	/** Keeps a message that has not begun, and is for the next node of the actor. */
	void giveBack(String node, ToServer message) {
		this.tasks.execute(() -> this.state.giveBack(node, message));
	}

	/** Notes that nothing is returned any more by the actor of this node. */
	void left() {
		this.tasks.execute(this.state::leftHere);
	}

	/** Sends a message of the client to the actor, or keeps it until it is connected. */
	void deliver(ToServer message) {
		this.tasks.execute(() -> this.state.deliver(message));
	}

	/** Sends a keep-alive to the actor, which answers the client. */
	void keepAlive() {
		this.tasks.execute(this.state::keepAlive);
	}

	/** Ends the link: the socket of the client is closed. */
	void disconnected() {
		this.tasks.execute(this.state::disconnected);
	}

	/** Handles a message for the client. */
	void send(String node, OutgoingMessage message) {
		this.tasks.execute(() -> this.state.send(node, message));
	}

	/** Handles the first message for the client. */
	void admit(String node, ToClient first) {
		this.tasks.execute(() -> this.state.admit(node, first));
	}

	/** Handles that the actor, or its node, has closed the connection. */
	void closed(String node, CloseReason reason) {
		this.tasks.execute(() -> this.state.closed(node, reason));
	}

	/** Handles that the session with a node has ended. */
	void lost(String node) {
		this.tasks.execute(() -> this.state.lost(node));
	}

	/** Handles that owners may have changed. */
	void viewChanged() {
		this.tasks.execute(this.state::viewChanged);
	}

}
