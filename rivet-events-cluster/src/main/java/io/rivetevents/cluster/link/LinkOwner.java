/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.protocol.ToServer;

/**
 * The node that a connection is connected or connects to, and the node that it has left
 * and whose last answers are still on their way. Sends frames to the former. Used by one
 * thread at a time.
 */
final class LinkOwner {

	/** In place of a node: the actor was on the node of the socket, without a link. */
	static final String HERE = "";

	private final LinkContext context;

	private final ActorAddress address;

	private final String connectionId;

	/** The node that it is connected or connects to, {@code null} if there is none. */
	private @Nullable String node;

	/**
	 * The node that has closed the connection, and whose last answers are still on their
	 * way; {@code null} if there is none.
	 */
	private @Nullable String leaving;

	LinkOwner(LinkContext context, ActorAddress address, String connectionId) {
		this.context = context;
		this.address = address;
		this.connectionId = connectionId;
	}

	/** Takes the node that owns the address now, if there is one. */
	void choose() {
		this.node = current();
	}

	private @Nullable String current() {
		return this.context.membership().owner(this.address);
	}

	/** Returns whether there is a node to send to. */
	boolean isPresent() {
		return this.node != null;
	}

	/** Returns whether the connection is connected or connects to the node. */
	boolean is(String node) {
		return node.equals(this.node);
	}

	/** Returns whether the node that was chosen still owns the address. */
	boolean isCurrent() {
		return this.node != null && this.node.equals(current());
	}

	/** Returns whether another node owns the address now. */
	boolean hasMoved() {
		String owner = current();
		return owner != null && !owner.equals(this.node);
	}

	// Frames

	/** Sends a request to connect to the node that was chosen. */
	Mono<Result> connect(Operation.Connect connect) {
		return this.context.requests().ask(Objects.requireNonNull(this.node), connect);
	}

	/**
	 * Sends a message of the client.
	 * @return whether it may have been sent
	 */
	boolean deliver(ToServer message) {
		return this.context.frames()
			.send(Objects.requireNonNull(this.node), new Frame.Deliver(this.address, this.connectionId, message));
	}

	/** Returns whether the node can replace the identity of the client. */
	boolean renews() {
		return this.context.frames().supports(Objects.requireNonNull(this.node), Frame.RENEWS);
	}

	/** Sends a keep-alive if there is a node. */
	void keepAlive() {
		if (this.node != null) {
			this.context.frames().send(this.node, new Frame.KeepAlive(this.address, this.connectionId));
		}
	}

	// The end

	/** Ends the connection at the node, if there is one. */
	void leave() {
		if (this.node != null) {
			this.context.frames().send(this.node, new Frame.Disconnected(this.address, this.connectionId));
			this.node = null;
		}
	}

	/** Ends the connection at the node, which still sends answers. */
	void leaveAfterAnswers() {
		String before = this.node;
		leave();
		this.leaving = before;
	}

	/** Notes that the actor leaves this node, and still answers and returns messages. */
	void leaveHere() {
		this.leaving = HERE;
	}

	/** Drops the node without a message to it. */
	void forget() {
		this.node = null;
	}

	/** Returns whether answers of a node that was left may still arrive. */
	boolean isLeaving() {
		return this.leaving != null;
	}

	/** Returns whether answers of the node may arrive, which was left. */
	boolean isLeaving(String node) {
		return node.equals(this.leaving);
	}

	/** Notes that no more answers arrive from the node that was left. */
	void left() {
		this.leaving = null;
	}

}
