package io.rivetevents.transport;

import io.rivetevents.extension.ConnectRequest;

/**
 * One client's session with a transport, such as a socket, as its {@link ClientLink}
 * calls it back. All methods are called on the thread of the session and must not block.
 */
public interface TransportSession {

	/**
	 * The identity of the client, and the id of its connection, are known. The client has
	 * not been notified, and may still be refused.
	 * @param request what the client has asked for
	 */
	default void onIdentified(ConnectRequest request) {
	}

	/**
	 * Returns whether the session has begun to end for another reason than the one that
	 * the queue has.
	 */
	default boolean isClosed() {
		return false;
	}

	/**
	 * Called in each keep-alive period, after which a client of the extended mode is sent
	 * a sign of life. A transport that expects signs of life from its clients closes the
	 * queue here with {@code connection.timed_out} if there has been none.
	 */
	default void checkAlive() {
	}

	/**
	 * Closes the connection below at once, whatever waits to be written. Called if the
	 * session is still there one keep-alive period after it was closed: its client reads
	 * nothing.
	 */
	void cut();

}
