/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.runtime;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.outbound.MovedClient;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;

/**
 * Connects clients whose sockets this node has to an actor that leaves it.
 */
@FunctionalInterface
public interface ClientMoves {

	/** Without other nodes: closes the clients, which connect again. */
	ClientMoves NONE = (connection, address, actorId, position) -> new Closed(connection.outbound());

	/**
	 * Begins to connect a client to the next node of its actor. Does not block; called
	 * with the order of events.
	 * @param connection its connection, which is removed next
	 * @param address address of the instance
	 * @param actorId its id: another instance at the address does not receive the client
	 * @param position the client has received all events up to it, and none after it
	 * @return the client
	 */
	MovedClient move(ActorConnection connection, ActorAddress address, String actorId, Position position);

	/**
	 * A client that is closed.
	 *
	 * @param outbound its outbound path
	 */
	record Closed(Outbound outbound) implements MovedClient {

		@Override
		public void giveBack(ToServer message) {
			// it is closed as restarting, and its calls fail
		}

		@Override
		public void end(CloseReason reason) {
			this.outbound.close(reason);
		}

	}

}
