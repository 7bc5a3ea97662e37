package io.rivetevents.outbound;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * Another node that holds the sockets of connections whose actor runs on this node. The
 * module that joins nodes implements it and puts it into {@link Gateways}.
 * <p>
 * All calls for one node travel on one channel that keeps their order: what an action
 * broadcasts arrives before its answer. All methods return at once, never wait for the
 * other node, and are safe for use by several threads. Each connection has a queue at its
 * gateway, which holds messages back until the connection is admitted, drops droppable
 * ones, shortens what is too long, and closes a slow client: none of that is reported to
 * the node of the actor.
 */
public interface Gateway {

	/**
	 * Sends a message to connections. An event is one call for all of them, unless an
	 * interceptor has changed it for one connection; an answer is a call for one.
	 * @param message the message, encoded by nothing but the sender's size check
	 * @param connectionIds ids of the connections, at least one; not changed afterwards
	 * @return whether the message is on its way; {@code false} if the node cannot be
	 * reached. An implementation that returns {@code false} for a connection which is
	 * still open has to close or resume that connection later, since it misses a message
	 */
	boolean send(OutgoingMessage message, List<String> connectionIds);

	/**
	 * Admits a connection: its queue sends what it has held back.
	 * @param connectionId id of the connection
	 * @param first what the client receives first
	 */
	void admit(String connectionId, OutgoingMessage first);

	/**
	 * Closes a connection after what has been sent to it.
	 * @param connectionId id of the connection
	 * @param reason the reason that the client receives
	 */
	void close(String connectionId, CloseReason reason);

	/**
	 * Returns the bounds of a connection, {@code null} if the gateway has not announced
	 * it or has lost it since.
	 * @param connectionId id of the connection
	 */
	@Nullable Bounds bounds(String connectionId);

	/**
	 * What a connection can take, which is checked where its actor runs, so that an event
	 * that is too long for one connection is sent to none.
	 *
	 * @param encoding how messages to the client are written
	 * @param maxMessageSize most bytes of one encoded message
	 * @param maxQueuedBytes most bytes that may wait in its queue
	 * @param transport prefix of the transport's properties, for error texts
	 */
	record Bounds(Encoding encoding, int maxMessageSize, long maxQueuedBytes, String transport) {
	}

}
