/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.gateway;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.protocol.ToServer;

/**
 * Delivers messages of clients to the instances of this node.
 */
@FunctionalInterface
public interface MessageReceiver {

	/**
	 * Delivers a message. Does not block.
	 * @param address address of the instance
	 * @param connectionId id of the connection
	 * @param message the message
	 * @return whether the instance has the connection; otherwise nothing was done
	 */
	boolean receive(ActorAddress address, String connectionId, ToServer message);

}
