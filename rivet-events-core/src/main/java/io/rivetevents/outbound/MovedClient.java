/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ToServer;

/**
 * A client whose actor leaves this node for another one. The node of its socket connects
 * it to the next node of the actor. Methods return at once and are safe for use by
 * several threads.
 */
public interface MovedClient {

	/**
	 * Returns a message of the client that has not begun: it is for the next node of the
	 * actor. Messages are returned in the order in which the client has sent them.
	 * @param message the message
	 */
	void giveBack(ToServer message);

	/**
	 * Ends the connection to this node. Nothing is returned afterwards.
	 * @param reason {@code actor.restarting} for a client that is connected elsewhere;
	 * with any other reason it is closed
	 */
	void end(CloseReason reason);

}
