package io.rivetevents.connection;

import java.security.Principal;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.protocol.ActorKey;

/**
 * One client's link to one actor, as the actor sees it. All methods are safe for use by
 * several threads. To {@code send} to it queues an event for this client alone, whether
 * it has subscribed or not; to {@code broadcast} does so only if it has. Both are without
 * effect once the connection is closed; a full queue closes it as
 * {@code connection.slow_consumer}.
 *
 * @param <C> type of the connection state
 * @since 0.1.0
 */
public interface Connection<C extends @Nullable Object> extends Recipients {

	/**
	 * Return the id of the connection: opaque, unique, new for each reconnect.
	 */
	String id();

	/**
	 * Return the name of the actor that it is a connection of.
	 */
	String actorName();

	/**
	 * Return the key of the instance that it is a connection of.
	 */
	ActorKey actorKey();

	/**
	 * Return what {@code @CreateConnState} made of this client.
	 * @throws IllegalStateException if the actor has no such method
	 */
	C state();

	/**
	 * Replace the connection state, for a state that is a record.
	 * @param state the new one
	 */
	void setState(C state);

	/**
	 * Return what the client sent on connecting.
	 * @param type type to convert to
	 * @return the params, or {@code null} if the client sent none
	 * @throws io.rivetevents.error.RivetException {@code actor.validation_error} if they
	 * do not fit the type
	 */
	<T> @Nullable T params(Class<T> type);

	/**
	 * Return who is behind the connection since its handshake, {@code null} if nobody
	 * signed in.
	 */
	@Nullable Principal principal();

	/**
	 * Return whether the client has subscribed to an event.
	 * @param event name of the event
	 */
	boolean isSubscribed(String event);

	/**
	 * Return whether this stands for a single call over HTTP. Such a connection ends with
	 * the call, and no event is for it.
	 */
	boolean isStateless();

	/**
	 * Ask the client for something. Nothing happens before the result is subscribed to.
	 * The turn need not wait for it; where it does, the client's answer comes all the
	 * same. A published RivetKit client does not answer by itself: it takes the event
	 * {@code rivet:request} and calls the action {@code rivet:reply}.
	 * @param name what to ask for
	 * @param type type to convert the answer to; {@code Void} for none
	 * @param timeout longest time to wait
	 * @param args values to encode, in order; may be empty
	 * @return the answer; empty for none or null; {@link ClientRequestException} if there
	 * is none or it cannot be used
	 */
	<T> Mono<T> request(String name, Class<T> type, Duration timeout, @Nullable Object... args);

	/**
	 * Close the connection after what is queued for it has been sent. RivetKit clients
	 * connect again at once; to keep one out, refuse it in {@code @OnBeforeConnect}.
	 * @param reason text that the client is told; cut to 123 bytes of UTF-8
	 */
	void disconnect(String reason);

}
