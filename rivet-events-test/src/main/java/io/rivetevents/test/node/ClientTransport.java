/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

/**
 * The way of one client to the server and back, until it is cut or closed. Methods return
 * at once and are called by the test.
 */
public interface ClientTransport {

	/** Connects; the first message of the client follows. */
	void open();

	/**
	 * Sends a message.
	 * @param message the message
	 */
	void send(ToServer message);

	/** Ends it without a word to the server, as a lost network does. */
	void cut();

	/** Ends it as a client that leaves. */
	void close();

	/**
	 * Reads, or does not read, what the server sends.
	 * @param reading whether it reads
	 */
	void read(boolean reading);

	/** Lets the credentials of the client expire now. */
	void expire();

	/**
	 * Receives what the server sends. Called by any thread, by one at a time.
	 */
	interface Receiver {

		/**
		 * A message has arrived.
		 */
		void received(ToClient message);

		/**
		 * It has ended. Nothing follows.
		 * @param reason the reason of the server, {@code null} if there is none
		 */
		void ended(@Nullable CloseReason reason);

	}

}
