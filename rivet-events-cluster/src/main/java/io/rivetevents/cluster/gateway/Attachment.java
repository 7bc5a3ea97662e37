/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.gateway;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.outbound.Gateway;

/**
 * A connection of another node at the node of its actor, from one {@code Connect} to its
 * end. A client that connects again under the same id gets a new one, and nothing is sent
 * for the old one any more. Safe for use by several threads.
 */
final class Attachment {

	private final Gateway.Bounds bounds;

	private final Sinks.Empty<Void> settled = Sinks.empty();

	private final AtomicBoolean left = new AtomicBoolean();

	private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);

	private volatile boolean closed;

	private volatile @Nullable ActorAddress address;

	private enum Phase {

		/** It waits for the end of the connection that it replaces. */
		WAITING,

		/** The gateway takes messages for it. */
		OPEN,

		/** Its gateway is lost or has ended it. */
		DETACHED

	}

	/**
	 * Creates an attachment that is not open yet.
	 * @param bounds limits of the connection
	 */
	Attachment(Gateway.Bounds bounds) {
		this.bounds = bounds;
	}

	Gateway.Bounds bounds() {
		return this.bounds;
	}

	/**
	 * Opens it: the actor may accept the connection.
	 * @return whether it is open now
	 */
	boolean open() {
		return this.phase.compareAndSet(Phase.WAITING, Phase.OPEN);
	}

	/** Returns whether the gateway takes messages for it. */
	boolean isOpen() {
		return this.phase.get() == Phase.OPEN;
	}

	/** Sends nothing to its gateway any more, which is lost or has ended it. */
	void detach() {
		this.phase.set(Phase.DETACHED);
	}

	/** Notes that the actor has closed the connection. */
	void close() {
		this.closed = true;
	}

	/** Returns whether the actor has closed the connection. */
	boolean isClosed() {
		return this.closed;
	}

	/** Notes that the actor has accepted the connection. */
	void connected(ActorAddress address) {
		this.address = address;
	}

	/** Notes that its connect has ended, accepted or not. */
	void settle() {
		this.settled.tryEmitEmpty();
	}

	/** Completes when its connect has ended. */
	Mono<Void> settled() {
		return this.settled.asMono();
	}

	/**
	 * Returns the address of the actor that has to receive the end of the connection, and
	 * only once; {@code null} if there is none.
	 */
	@Nullable ActorAddress leave() {
		ActorAddress address = this.address;
		return (address != null && this.left.compareAndSet(false, true)) ? address : null;
	}

}
