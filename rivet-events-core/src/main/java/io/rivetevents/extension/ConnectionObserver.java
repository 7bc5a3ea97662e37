package io.rivetevents.extension;

import java.net.InetSocketAddress;
import java.net.URI;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Connection;

/**
 * Is told what happens to connections. Called by whatever thread sends an event, an event
 * loop among them: it must not wait.
 */
public interface ConnectionObserver {

	/** Wants to know nothing. */
	ConnectionObserver NONE = new ConnectionObserver() {
	};

	/**
	 * A client that must sign in has not done so in time, and is closed.
	 * @param handshake the URI that it connected to
	 * @param remoteAddress where it is, {@code null} if unknown
	 */
	default void authenticationTimedOut(URI handshake, @Nullable InetSocketAddress remoteAddress) {
	}

	/**
	 * A connection is closed because its client reads too slowly.
	 * @param connection the connection
	 */
	default void slowConsumer(Connection<?> connection) {
	}

	/**
	 * Events that may be dropped have been dropped for a connection that is slow. Told at
	 * once for the first one, then at most once a second.
	 * @param connection the connection
	 * @param event name of the event that found the queue full
	 * @param total how many have been dropped for this connection so far
	 */
	default void eventsDropped(Connection<?> connection, String event, long total) {
	}

}
