/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.net.InetSocketAddress;
import java.net.URI;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Connection;
import io.rivetevents.error.RivetException;

/**
 * Observes connections. All beans of this type are called, in their {@code @Order}. An
 * exception of an observer is logged, and affects neither the others nor the observed
 * operation.
 * <p>
 * The methods of this interface are called on the thread that sends an event, which may
 * be an event loop: they must not block.
 *
 * @since 0.1.0
 */
public interface ConnectionObserver {

	/** Does nothing. */
	ConnectionObserver NONE = new ConnectionObserver() {
	};

	/**
	 * A client that is required to authenticate did not do so in time, and is closed.
	 * @param handshake the URI of its request; of its query, only the parameters that
	 * name the instance, since others may be credentials
	 * @param remoteAddress its address, {@code null} if unknown
	 */
	default void authenticationTimedOut(URI handshake, @Nullable InetSocketAddress remoteAddress) {
	}

	/**
	 * A request to connect over WebSocket or Server-Sent Events is rejected: by a filter
	 * such as those of Spring Security, by the server, or by the actor. Called once for a
	 * client, for a timeout after {@link #authenticationTimedOut}. Not called for a
	 * request that is not valid HTTP, nor beyond a limit of the TCP connection.
	 * @param handshake the URI of its request; of its query, only the parameters that
	 * name the instance, since others may be credentials
	 * @param resumes whether the client requests to continue where its last connection
	 * ended
	 * @param refusal the error that the client receives
	 * @since 0.1.0
	 */
	default void connectionRefused(URI handshake, boolean resumes, RivetException refusal) {
	}

	/**
	 * A connection is closed because its client reads too slowly.
	 * @param connection the connection
	 */
	default void slowConsumer(Connection<?> connection) {
	}

	/**
	 * Droppable events were dropped for a slow connection. Reported at once for the first
	 * one, then at most once a second.
	 * @param connection the connection
	 * @param event name of the event that found the queue full
	 * @param total number of events dropped for this connection so far
	 */
	default void eventsDropped(Connection<?> connection, String event, long total) {
	}

	/**
	 * An event was encoded: called once for each encoding in use, for any number of
	 * connections. Not called for an event that an {@link OutboundInterceptor} changes
	 * for a connection, or that is replayed to a client that resumes.
	 * @param actor name of the actor whose connections receive it, {@code null} if it is
	 * for connections of several actors
	 * @param event name of the event
	 * @param encoding {@code json}, {@code cbor} or {@code bare}; in the extended mode
	 * {@code
	 * extended-json}, {@code extended-cbor} or {@code event-stream}
	 * @param bytes size of the encoded message
	 * @since 0.1.0
	 */
	default void eventEncoded(@Nullable String actor, String event, String encoding, int bytes) {
	}

	/**
	 * An event was added to the queues of connections: called once for each event that is
	 * sent to at least one connection, after {@link #eventEncoded}.
	 * @param actor name of the actor whose connections receive it, {@code null} if it is
	 * for connections of several actors
	 * @param event name of the event
	 * @param targeted number of connections that it is for
	 * @param queued number of queues that accepted it; the others dropped it
	 * @since 0.1.0
	 */
	default void eventQueued(@Nullable String actor, String event, int targeted, int queued) {
	}

}
