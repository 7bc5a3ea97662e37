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
	 */
	Receipt dispatch(Dispatch dispatch);

}
