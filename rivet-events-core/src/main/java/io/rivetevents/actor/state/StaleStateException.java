package io.rivetevents.actor.state;

import io.rivetevents.actor.ActorAddress;

/**
 * A save or a deletion met a version other than the expected one: another instance at the
 * same address has saved since. The one that gets this must stop.
 *
 * @since 0.1.0
 */
public class StaleStateException extends RuntimeException {

	/**
	 * Create the exception.
	 * @param address where it happened
	 * @param expected version that was expected, 0 for none
	 */
	public StaleStateException(ActorAddress address, long expected) {
		super("The stored version of %s is not %d".formatted(address, expected));
	}

}
