package io.rivetevents.delivery;

import io.rivetevents.connection.Receipt;
import io.rivetevents.extension.AddressedEvent;

/**
 * When an event is dispatched: at once or with the commit of a transaction.
 */
@FunctionalInterface
interface Timing {

	/** At the call. */
	Timing AT_ONCE = Dispatcher::dispatch;

	/**
	 * Dispatches an event, or keeps it until it may be dispatched.
	 * @param dispatcher brings the event to its connections
	 * @param dispatch the event
	 * @throws io.rivetevents.error.RivetException {@code message.outgoing_too_long} if
	 * the event is too long now
	 */
	Receipt dispatch(Dispatcher dispatcher, AddressedEvent dispatch);

}
