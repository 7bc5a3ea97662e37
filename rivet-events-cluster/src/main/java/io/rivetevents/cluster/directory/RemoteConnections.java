/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.protocol.ToServer;

/**
 * The connections of this node whose actor is on another one, or was when they were
 * connected.
 */
interface RemoteConnections {

	/** Connects a client to an instance of another node. */
	Mono<ActorInfo> connect(ActorTarget target, ActorAddress address, ConnectRequest request);

	/**
	 * Delivers a message of a client.
	 * @return whether the connection is one of these
	 */
	boolean deliver(String connectionId, ToServer message);

	/**
	 * Sends a client a keep-alive.
	 * @return whether the connection is one of these
	 */
	boolean keepAlive(String connectionId);

	/**
	 * Ends a connection.
	 * @return whether the connection is one of these
	 */
	boolean disconnected(String connectionId);

}
