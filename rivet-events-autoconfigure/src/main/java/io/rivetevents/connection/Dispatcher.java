package io.rivetevents.connection;

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
	 * @throws io.rivetevents.protocol.RivetException {@code message.outgoing_too_long} if
	 * it is too long to be sent
	 */
	Receipt dispatch(Dispatch dispatch);

	/**
	 * Checks that an event that is sent later could be sent now. Does nothing where that
	 * is not known.
	 * @param dispatch the event
	 * @throws io.rivetevents.protocol.RivetException {@code message.outgoing_too_long} if
	 * it could not
	 */
	default void check(Dispatch dispatch) {
	}

}
