package io.rivetevents.outbound;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The way out to one client. An actor holds this and never the session behind it. All
 * methods return at once and are safe for use by several threads.
 */
public interface Outbound {

	/** Heap that a message takes while it waits, beside its bytes. */
	int OVERHEAD = 80;

	/** Where the messages for a stateless call go: nowhere. */
	Outbound NONE = new Outbound() {

		@Override
		public Outcome send(OutgoingMessage message) {
			return Outcome.CLOSED;
		}

		@Override
		public void close(CloseReason reason) {
		}

	};

	/** What became of a message. */
	enum Outcome {

		/** It waits to be written. */
		QUEUED,

		/**
		 * It was dropped, since the queue is full or it is too long; the client is told
		 * unless it may be dropped.
		 */
		DROPPED,

		/** It found the connection closed, or closed it by being too long. */
		CLOSED,

		/** It found the queue full, and has closed the connection as slow. */
		OVERRUN

	}

	/**
	 * Queues a message. Without effect once closed; a full queue drops what may be
	 * dropped, or closes it as {@code connection.slow_consumer}.
	 * @param message what to send; encoded here, once for each encoding in use
	 */
	Outcome send(OutgoingMessage message);

	/**
	 * Sends what was held back until the connection was let in: a way out of the extended
	 * mode holds all back until then.
	 * @param first what goes before all that was held back
	 */
	default void release(OutgoingMessage first) {
		send(first);
	}

	/**
	 * Notifies a client of the extended mode that the server is about to stop.
	 * @param delay milliseconds for it to wait once the connection has ended
	 */
	default void announceEnd(long delay) {
	}

	/**
	 * Closes after what is queued has been sent. The first reason counts.
	 * @param reason what the client is told
	 */
	void close(CloseReason reason);

	/**
	 * Returns why the server has closed it, {@code null} if it has not.
	 */
	default @Nullable CloseReason closeReason() {
		return null;
	}

	/**
	 * Sets what is called if the connection is closed as slow without a message of its
	 * own.
	 * @param listener called by any thread
	 */
	default void onOverrun(Runnable listener) {
	}

	/**
	 * Returns how many bytes a message has on this way, which encodes it.
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
	 * Returns the most bytes that may wait, those around each message included.
	 */
	default long maxQueuedBytes() {
		return Long.MAX_VALUE;
	}

	/**
	 * Returns the property that bounds one message, for people.
	 */
	default String describeMaxMessageSize() {
		return "no bound";
	}

	/**
	 * Returns the property that bounds one message of a transport, for people.
	 * @param transport what the properties of the transport begin with
	 * @param maxMessageSize most bytes of one message
	 * @param encoding how messages are written
	 */
	static String describeMaxMessageSize(String transport, int maxMessageSize, Encoding encoding) {
		return "%s.max-outgoing-message-size=%d (%s)".formatted(transport, maxMessageSize, encoding.wireName());
	}

	/**
	 * Returns how many messages have been dropped.
	 */
	default long dropped() {
		return 0;
	}

}
