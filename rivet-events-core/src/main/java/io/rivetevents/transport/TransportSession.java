/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import io.rivetevents.extension.ConnectRequest;

/**
 * The callbacks of a {@link ClientLink} to the transport session of its client, such as a
 * socket. All methods are called on the thread of the session and must not block.
 */
public interface TransportSession {

	/**
	 * Called when the client is identified and has a connection id. The client has not
	 * been notified and may still be rejected.
	 * @param request the client's request
	 */
	default void onIdentified(ConnectRequest request) {
	}

	/**
	 * Returns whether the session is already closing for a reason that the queue does not
	 * have.
	 */
	default boolean isClosed() {
		return false;
	}

	/**
	 * Called in each keep-alive period, before a keep-alive is sent to a client of the
	 * extended mode. A transport that expects keep-alives from its clients closes the
	 * queue here with {@code connection.timed_out} if there was none.
	 */
	default void checkAlive() {
	}

	/**
	 * Closes the underlying connection at once, without writing pending data. Called if
	 * the session is still open one keep-alive period after it was closed: its client
	 * does not read.
	 */
	void cut();

}
