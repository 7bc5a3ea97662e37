package io.rivetevents.extension;

import java.net.InetSocketAddress;
import java.net.URI;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Connection;

/**
 * Receives what happens to connections. All beans of this type are called, in their
 * {@code @Order}; an observer that throws is logged, and affects neither the others nor
 * what it observes.
 * <p>
 * The methods of this interface are called on the thread that sends an event, which may
 * be an event loop: they must not block.
 */
public interface ConnectionObserver {

	/** Ignores all. */
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
