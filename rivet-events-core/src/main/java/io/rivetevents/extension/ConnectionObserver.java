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
 *
 * @since 0.1.0
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

	/**
	 * An event has been encoded: called once for each encoding in use, however many
	 * connections get it. An event that an {@link OutboundInterceptor} changes for a
	 * connection, or that is sent again to a client that resumes, is not reported.
	 * @param actor name of the actor whose connections get it, {@code null} if it goes to
	 * connections of several actors
	 * @param event name of the event
	 * @param encoding {@code json}, {@code cbor} or {@code bare}; in the extended mode
	 * {@code extended-json}, {@code extended-cbor} or {@code event-stream}
	 * @param bytes size of the encoded message
	 * @since 0.1.0
	 */
	default void eventEncoded(@Nullable String actor, String event, String encoding, int bytes) {
	}

	/**
	 * An event has been put into the queues of connections: called once for each event
	 * that is sent to at least one connection, after {@link #eventEncoded}.
	 * @param actor name of the actor whose connections get it, {@code null} if it goes to
	 * connections of several actors
	 * @param event name of the event
	 * @param targeted how many connections it is for
	 * @param queued in how many queues it was put; for the others it was dropped
	 * @since 0.1.0
	 */
	default void eventQueued(@Nullable String actor, String event, int targeted, int queued) {
	}

}
