/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Connection;
import io.rivetevents.conversion.Args;
import io.rivetevents.extension.OutboundEvent;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.OutgoingMessage;
import io.rivetevents.scheduling.CallerScope;

/**
 * Calls the application's interceptors for one event to one connection.
 */
final class EventInterception {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(EventInterception.class));

	private EventInterception() {
	}

	/**
	 * Returns the message to send after the interceptors. Requests to the client and
	 * messages other than events are not intercepted.
	 * @param message the message
	 * @param connection the receiving connection
	 * @param support has the interceptors
	 * @return the message, {@code null} if an interceptor skips the connection or fails
	 */
	static @Nullable OutgoingMessage intercept(OutgoingMessage message, Connection<?> connection,
			ConnectionServices support) {
		if (!(message.message() instanceof ToClient.Event event) || event.name().equals(ClientRequests.REQUEST)) {
			return message;
		}
		OutboundEvent original = new OutboundEvent(connection, event.name(), new Args(support.mapper(), event.args()));
		OutboundEvent current = original;
		for (OutboundInterceptor interceptor : support.interceptors()) {
			current = call(interceptor, current, connection, support.callers());
			if (current == null) {
				return null;
			}
		}
		return (current == original) ? message
				: OutgoingMessage.of(new ToClient.Event(current.name(), current.args().values(), event.position(),
						event.tags(), event.id(), event.traceparent()), message.isDroppable());
	}

	private static @Nullable OutboundEvent call(OutboundInterceptor interceptor, OutboundEvent event,
			Connection<?> connection, CallerScope callers) {
		try {
			return callers.call(CallerScope.client(connection.principal()),
					() -> interceptor.supports(connection.actorName(), event.name()) ? interceptor.intercept(event)
							: event);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Event %s is not sent to %s: an interceptor failed"
				.formatted(SafeText.of(event.name()), ActorConnection.describe(connection)));
			return null;
		}
	}

}
