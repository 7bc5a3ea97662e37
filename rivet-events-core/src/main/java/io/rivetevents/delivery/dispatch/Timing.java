/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery.dispatch;

import io.rivetevents.connection.Receipt;
import io.rivetevents.extension.AddressedEvent;

/**
 * When an event is dispatched: at once, or when the transaction commits.
 */
@FunctionalInterface
public interface Timing {

	/** Dispatches at once. */
	Timing AT_ONCE = Dispatcher::dispatch;

	/**
	 * Dispatches an event, or keeps it until it can be dispatched.
	 * @param dispatcher sends the event to its connections
	 * @param dispatch the event
	 * @throws io.rivetevents.error.RivetException {@code message.outgoing_too_long} if
	 * the event is too long to be sent
	 */
	Receipt dispatch(Dispatcher dispatcher, AddressedEvent dispatch);

}
