/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.connection;

import java.security.Principal;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.protocol.ActorKey;

/**
 * A client's connection to one actor instance. All methods are safe for use by several
 * threads. {@code send} queues an event for this client whether or not it has subscribed
 * to the event; {@code broadcast} queues it only if it has. Both have no effect once the
 * connection is closed. A full queue closes the connection with
 * {@code connection.slow_consumer}.
 *
 * @param <C> type of the connection state
 * @since 0.1.0
 */
public interface Connection<C extends @Nullable Object> extends Recipients {

	/**
	 * Returns the id of the connection. It is opaque, unique, and new after each
	 * reconnect.
	 */
	String id();

	/**
	 * Returns the name of the actor.
	 */
	String actorName();

	/**
	 * Returns the key of the instance.
	 */
	ActorKey actorKey();

	/**
	 * Returns the connection state that {@code @CreateConnState} has created.
	 * @throws IllegalStateException if the actor has no such method
	 */
	C state();

	/**
	 * Replaces the connection state, for a state that is immutable such as a record.
	 * @param state the new state
	 */
	void setState(C state);

	/**
	 * Returns the connection params that the client has sent.
	 * @param type type to convert to
	 * @return the params, or {@code null} if the client has sent none
	 * @throws io.rivetevents.error.RivetException with {@code actor.validation_error} if
	 * the params cannot be converted to the type
	 */
	<T> @Nullable T params(Class<T> type);

	/**
	 * Returns the user that was authenticated when the client connected, {@code null} for
	 * an anonymous client.
	 */
	@Nullable Principal principal();

	/**
	 * Returns whether the client has subscribed to an event.
	 * @param event name of the event
	 */
	boolean isSubscribed(String event);

	/**
	 * Returns whether this connection represents a single call over HTTP. Such a
	 * connection ends with the call and receives no events.
	 */
	boolean isStateless();

	/**
	 * Sends a request to the client and returns its answer. The request is sent when the
	 * result is subscribed to. The turn need not wait for the answer; if it does, the
	 * answer is received nevertheless. A published RivetKit client does not answer
	 * automatically: its application must listen to the event {@code rivet:request} and
	 * call the action {@code rivet:reply}.
	 * @param name name of the request
	 * @param type type to convert the answer to; {@code Void} for none
	 * @param timeout maximum time to wait
	 * @param args values to encode, in order; may be empty
	 * @return the answer; empty if there is none or it is null. Fails with
	 * {@link ClientRequestException} if the client does not answer or the answer is
	 * invalid
	 */
	<T> Mono<T> request(String name, Class<T> type, Duration timeout, @Nullable Object... args);

	/**
	 * Closes the connection after the queued messages have been sent. RivetKit clients
	 * reconnect immediately; to prevent this, reject the client in
	 * {@code @OnBeforeConnect}.
	 * @param reason text that the client receives; cut to 123 bytes of UTF-8
	 */
	void disconnect(String reason);

}
