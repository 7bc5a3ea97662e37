package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;

/**
 * Sees each event on its way to each connection, and may change it or leave the
 * connection out. Beans of this type are asked in their order, each with what the one
 * before has made.
 * <p>
 * It is called on the thread that sends the event, for each connection: it must be quick
 * and must not wait. An event that it changes is encoded for that connection alone. One
 * that throws leaves the connection out, and is logged. The security context is that of
 * the connection which the event is for, not that of the sender.
 *
 * @since 0.1.0
 */
public interface OutboundInterceptor {

	/**
	 * Returns whether this wants to see an event.
	 * @param actor name of the actor
	 * @param event name of the event
	 */
	default boolean supports(String actor, String event) {
		return true;
	}

	/**
	 * See an event.
	 * @param event the event
	 * @return what is sent, the same object to leave it as it is; {@code null} to send
	 * nothing to this connection
	 */
	@Nullable OutboundEvent intercept(OutboundEvent event);

}
