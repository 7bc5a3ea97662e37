/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The outbound path to one client. An actor holds this and never the session behind it.
 * All methods return at once and are safe for use by several threads.
 */
public interface Outbound {

	/** Heap bytes of a waiting message besides its content. */
	int OVERHEAD = 80;

	/** Discards the messages of a stateless call. */
	Outbound NONE = new Outbound() {

		@Override
		public Outcome send(OutgoingMessage message) {
			return Outcome.CLOSED;
		}

		@Override
		public void close(CloseReason reason) {
		}

	};

	/** Result of sending a message. */
	enum Outcome {

		/** It is queued. */
		QUEUED,

		/**
		 * It was dropped, because the queue is full or it is too long; the client is
		 * notified unless the message is droppable.
		 */
		DROPPED,

		/** The connection is closed, or was closed because the message is too long. */
		CLOSED,

		/** The queue was full, so the connection was closed as slow. */
		OVERRUN

	}

	/**
	 * Queues a message. No effect once closed. A full queue drops droppable messages, or
	 * closes the connection with {@code connection.slow_consumer}.
	 * @param message the message; encoded here, once for each encoding in use
	 */
	Outcome send(OutgoingMessage message);

	/**
	 * Sends the messages that were held back until the connection was accepted: in the
	 * extended mode all messages are held back until then.
	 * @param first the message to send before them
	 */
	default void release(OutgoingMessage first) {
		send(first);
	}

	/**
	 * Notifies a client of the extended mode that the server is about to stop.
	 * @param delay milliseconds that the client should wait before it reconnects
	 */
	default void announceEnd(long delay) {
	}

	/**
	 * Closes the connection after the queued messages are sent. The first reason is used.
	 * @param reason the reason that the client receives
	 */
	void close(CloseReason reason);

	/**
	 * Returns the reason for which the server has closed it, {@code null} if it has not.
	 */
	default @Nullable CloseReason closeReason() {
		return null;
	}

	/**
	 * Sets the listener for a connection that is closed as slow at another time than when
	 * a message is sent to it.
	 * @param listener called by any thread
	 */
	default void onOverrun(Runnable listener) {
	}

	/**
	 * Sets the listener for what happens to the messages of the queue, if this node has
	 * it; {@code null} for none.
	 */
	default void observe(@Nullable QueueListener listener) {
	}

	/**
	 * Encodes a message for this connection and returns its size in bytes.
	 */
	default int sizeOf(OutgoingMessage message) {
		return 0;
	}

	/**
	 * Returns the most bytes of one message.
	 */
	default int maxMessageSize() {
		return Integer.MAX_VALUE;
	}

	/**
	 * Returns the most bytes that may wait, overhead included.
	 */
	default long maxQueuedBytes() {
		return Long.MAX_VALUE;
	}

	/**
	 * Returns the bytes that wait, overhead included; 0 if this node does not have the
	 * queue.
	 */
	default long queuedBytes() {
		return 0;
	}

	/**
	 * Returns the limits of its queue, for the node of the actor; {@code null} if this
	 * node does not have the queue.
	 */
	default Gateway.@Nullable Bounds bounds() {
		return null;
	}

	/**
	 * Returns the property that limits one message, for error messages.
	 */
	default String describeMaxMessageSize() {
		return "no limit";
	}

	/**
	 * Returns the property that limits one message of a transport, for error messages.
	 * @param transport prefix of the transport's properties
	 * @param maxMessageSize most bytes of one message
	 * @param encoding encoding of messages
	 */
	static String describeMaxMessageSize(String transport, int maxMessageSize, Encoding encoding) {
		return "%s.max-outgoing-message-size=%d (%s)".formatted(transport, maxMessageSize, encoding.wireName());
	}

	/**
	 * Returns how many messages were dropped.
	 */
	default long dropped() {
		return 0;
	}

}
