package io.rivetevents.connection;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.OutgoingMessage;

/**
 * The way out to one client. An actor holds this and never the session behind it. All
 * methods return at once and are safe for use by several threads.
 */
public interface Outbound {

	/** Where the messages for a stateless call go: nowhere. */
	Outbound NONE = new Outbound() {

		@Override
		public void send(OutgoingMessage message) {
		}

		@Override
		public void close(CloseReason reason) {
		}

	};

	/**
	 * Queue a message. Without effect once closed; a full queue closes it as
	 * {@code connection.slow_consumer}.
	 * @param message what to send; encoded here, once for each encoding in use
	 */
	void send(OutgoingMessage message);

	/**
	 * Close after what is queued has been sent. The first reason counts.
	 * @param reason what the client is told
	 */
	void close(CloseReason reason);

}
