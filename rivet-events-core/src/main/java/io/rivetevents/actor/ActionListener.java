/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor;

import io.rivetevents.connection.Connection;
import io.rivetevents.conversion.Args;

/**
 * Receives the calls of clients to an action name, in addition to the action of that name
 * or without one. Called on a worker thread in the turn of the instance, after the action
 * if there is one. After a durable action it is called once the state is saved. An
 * exception that the listener throws is logged and affects nothing else.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ActionListener {

	/**
	 * Handles a call.
	 * @param connection connection of the caller
	 * @param args arguments of the call
	 */
	void onAction(Connection<?> connection, Args args);

}
