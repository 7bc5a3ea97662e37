/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery.dispatch;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Receipt;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.explain.Sending;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.observation.TracedWork;

/**
 * Sends events to connections.
 */
@FunctionalInterface
public interface Dispatcher {

	/**
	 * Sends an event to the connections it targets. Returns at once; safe for use by
	 * several threads.
	 * @param dispatch the event
	 * @return the receipt
	 * @throws io.rivetevents.error.RivetException {@code message.outgoing_too_long} if it
	 * is too long to be sent
	 */
	Receipt dispatch(AddressedEvent dispatch);

	/**
	 * Returns the declared types of an event's arguments.
	 * @param event name of the event
	 * @return the types, empty if the event is not declared, {@code null} if the sending
	 * actor is unknown here
	 */
	default @Nullable List<DeclaredType> argumentsOf(String event) {
		return null;
	}

	/**
	 * Checks that an event that is sent later could be sent now. Does nothing if that is
	 * unknown.
	 * @param dispatch the event
	 * @throws io.rivetevents.error.RivetException {@code message.outgoing_too_long} if it
	 * is too long to be sent
	 */
	default void check(AddressedEvent dispatch) {
	}

	/**
	 * Starts to trace an event that is about to be sent.
	 * @param event its name
	 */
	default TracedWork trace(String event) {
		return TracedWork.NONE;
	}

	/**
	 * Begins the record of an event that waits for the end of a transaction.
	 * @param event its name
	 * @return {@code null} if deliveries are not recorded
	 */
	default @Nullable Sending recordHeld(String event) {
		return null;
	}

}
