package io.rivetevents.delivery;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Receipt;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.extension.AddressedEvent;

/**
 * Brings events to connections.
 */
@FunctionalInterface
public interface Dispatcher {

	/**
	 * Bring an event to those whom it is for. Returns at once; safe for use by several
	 * threads.
	 * @param dispatch the event
	 * @return what became of it
	 * @throws io.rivetevents.error.RivetException {@code message.outgoing_too_long} if it
	 * is too long to be sent
	 */
	Receipt dispatch(AddressedEvent dispatch);

	/**
	 * Returns the types that an event's arguments are declared with.
	 * @param event name of the event
	 * @return the types, none if the event is not declared, {@code null} if it is not
	 * known here who sends it
	 */
	default @Nullable List<DeclaredType> argumentsOf(String event) {
		return null;
	}

	/**
	 * Checks that an event that is sent later could be sent now. Does nothing where that
	 * is not known.
	 * @param dispatch the event
	 * @throws io.rivetevents.error.RivetException {@code message.outgoing_too_long} if it
	 * could not
	 */
	default void check(AddressedEvent dispatch) {
	}

}
