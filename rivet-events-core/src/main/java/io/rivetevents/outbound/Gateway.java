/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * Another node that holds the sockets of connections whose actor runs on this node.
 * Implemented by the module that connects nodes, which adds it to {@link Gateways}.
 * <p>
 * All calls for one node are sent on one channel that keeps their order: what an action
 * broadcasts arrives before its answer. All methods return at once, never wait for the
 * other node, and are safe for use by several threads. Each connection has a queue at its
 * gateway, which holds messages back until the connection is admitted, drops droppable
 * ones, shortens messages that are too long, and closes a slow client: none of that is
 * reported to the node of the actor.
 */
public interface Gateway {

	/**
	 * Sends a message to connections. An event is one call for all of them, unless an
	 * interceptor has changed it for one connection; an answer is a call for one.
	 * @param message the message, encoded by nothing but the sender's size check
	 * @param connectionIds ids of the connections, at least one; not changed afterwards
	 * @return whether the message was sent; {@code false} if the node cannot be reached.
	 * An implementation that returns {@code false} for a connection which is still open
	 * has to close or resume that connection later, since it misses a message
	 */
	boolean send(OutgoingMessage message, List<String> connectionIds);

	/**
	 * Admits a connection: its queue sends the messages that it has held back.
	 * @param connectionId id of the connection
	 * @param first the first message for the client
	 */
	void admit(String connectionId, OutgoingMessage first);

	/**
	 * Closes a connection after the messages sent to it so far.
	 * @param connectionId id of the connection
	 * @param reason the reason that the client receives
	 */
	void close(String connectionId, CloseReason reason);

	/**
	 * Returns a message of a client that has not begun, before the connection is closed
	 * with {@code actor.restarting}: the gateway sends it to the next node of the actor.
	 * @param connectionId id of the connection
	 * @param message the message
	 */
	void giveBack(String connectionId, ToServer message);

	/**
	 * Returns the limits of a connection, {@code null} if the gateway has not announced
	 * it or has lost it since.
	 * @param connectionId id of the connection
	 */
	@Nullable Bounds bounds(String connectionId);

	/**
	 * The limits of a connection. They are checked on the node of the actor, so that an
	 * event that is too long for one connection is sent to none.
	 *
	 * @param encoding encoding of messages to the client
	 * @param maxMessageSize most bytes of one encoded message
	 * @param maxQueuedBytes most bytes that may wait in its queue
	 * @param transport prefix of the transport's properties, for error texts
	 */
	record Bounds(Encoding encoding, int maxMessageSize, long maxQueuedBytes, String transport) {
	}

}
