/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;

/**
 * Intercepts each event for each connection, and may change it or skip the connection.
 * Beans of this type are called in their order, each with the result of the previous one.
 * <p>
 * It is called on the thread that sends the event, for each connection: it must be fast
 * and must not block. A changed event is encoded for that connection alone. If an
 * interceptor throws an exception, the connection is skipped and the exception is logged.
 * The security context is that of the receiving connection, not that of the sender.
 *
 * @since 0.1.0
 */
public interface OutboundInterceptor {

	/**
	 * Returns whether an event is intercepted.
	 * @param actor name of the actor
	 * @param event name of the event
	 */
	default boolean supports(String actor, String event) {
		return true;
	}

	/**
	 * Intercepts an event.
	 * @param event the event
	 * @return the event to send, the same object if unchanged; {@code null} to skip this
	 * connection
	 */
	@Nullable OutboundEvent intercept(OutboundEvent event);

}
