package io.rivetevents.contract.reflect;

import org.jspecify.annotations.Nullable;

/**
 * Sends what is called on the implementation of a contract.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface EventSender {

	/**
	 * Send an event.
	 * @param event which one
	 * @param args its arguments
	 */
	void send(EventMethod event, @Nullable Object[] args);

}
