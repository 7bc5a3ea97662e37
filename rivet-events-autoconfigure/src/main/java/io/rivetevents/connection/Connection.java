package io.rivetevents.connection;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

/**
 * One client's link to one actor, as the actor sees it. All methods are safe for use by
 * several threads.
 *
 * @param <C> type of the connection state
 */
public interface Connection<C extends @Nullable Object> {

	/**
	 * Return the id of the connection: opaque, unique, new for each reconnect.
	 */
	String id();

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
	 * @throws io.rivetevents.protocol.RivetException {@code actor.validation_error} if
	 * they do not fit the type
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
	 * the call, and events sent to it are dropped.
	 */
	boolean isStateless();

	/**
	 * Queue an event for this client alone, whether it has subscribed to it or not.
	 * Events of one caller leave in the order of the calls. Without effect once the
	 * connection is closed; a full queue closes it as {@code connection.slow_consumer}.
	 * @param event name of the event; not empty
	 * @param args values to encode, in order; may be empty
	 */
	void send(String event, @Nullable Object... args);

	/**
	 * Close the connection after what is queued for it has been sent. RivetKit clients
	 * connect again at once; to keep one out, refuse it in {@code @OnBeforeConnect}.
	 * @param reason text that the client is told; cut to 123 bytes of UTF-8
	 */
	void disconnect(String reason);

}
