/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.Identity;
import io.rivetevents.inbound.ConnectionIds;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.scheduling.WakeupBatches;

/**
 * Shared by all links and calls of a node.
 *
 * @param directory finds instances
 * @param connections registry of the connections
 * @param handshake authenticates clients
 * @param mapper converts values
 * @param secrets creates and checks stream secrets
 * @param observers observers of clients that are rejected
 * @param bursts batches wake-ups of threads while messages are delivered
 * @param limits limits for clients
 * @param node this node
 */
public record LinkServices(ActorDirectory directory, OutboundRegistry connections, Handshake handshake,
		ValueMapper mapper, StreamSecrets secrets, Observers observers, WakeupBatches bursts, Limits limits,
		LocalNode node) {

	/**
	 * Returns whether new connections are rejected with {@code actor.restarting}: this
	 * node, which holds their sockets, is about to stop. The node of the actor does not
	 * matter.
	 */
	public boolean isDraining() {
		return this.node.isDraining();
	}

	/**
	 * Reports a client that is rejected while it connects.
	 * @param handshake the URI of its request
	 * @param resumes whether it requests to continue where its last connection ended
	 * @param refusal the error that it receives
	 */
	public void reportRefused(URI handshake, boolean resumes, RivetException refusal) {
		this.observers.connectionRefused(GatewayRequest.withoutCredentials(handshake), resumes, refusal);
	}

	/**
	 * Reports a client that must authenticate and did not do so in time.
	 * @param request its request
	 */
	void reportTimedOut(HandshakeRequest request) {
		this.observers.authenticationTimedOut(GatewayRequest.withoutCredentials(request.uri()),
				request.remoteAddress());
	}

	/** Returns the id of a new connection, by which any node finds this one. */
	String newConnectionId() {
		return ConnectionIds.of(this.node.newId(), this.connections.node());
	}

	/**
	 * Returns the id of a new stream.
	 * @param identity owner of the stream
	 */
	String newStreamId(Identity identity) {
		return StreamIds.of(this.node.newId(), identity);
	}

	/**
	 * Checks, before a call is read, whether this node has memory for it.
	 * @param target the target instance
	 * @param bytes least memory that the call takes
	 * @throws RivetException {@code actor.overloaded}
	 */
	public void checkRoom(ActorTarget target, long bytes) {
		this.node.checkRoom(target, bytes);
	}

}
