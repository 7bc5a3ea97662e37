package io.rivetevents.actor;

import io.rivetevents.connection.Connection;
import io.rivetevents.conversion.Args;

/**
 * Takes what clients send under a name, beside or instead of an action. Called in the
 * turn of the instance, on a worker, after the action of that name if there is one, and
 * if that one is durable once it is saved. What it throws is logged and stops nothing.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ActionListener {

	/**
	 * Take a call.
	 * @param connection who called
	 * @param args what it sent
	 */
	void onAction(Connection<?> connection, Args args);

}
