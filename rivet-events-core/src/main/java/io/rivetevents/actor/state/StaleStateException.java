/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import io.rivetevents.actor.ActorAddress;

/**
 * Thrown when the stored version is not the expected one: a newer copy has saved the
 * instance in the meantime. The instance that receives this exception must stop.
 *
 * @since 0.1.0
 */
public class StaleStateException extends RuntimeException {

	/**
	 * Creates the exception.
	 * @param address address of the instance
	 * @param expected expected version, 0 for none
	 */
	public StaleStateException(ActorAddress address, long expected) {
		super("The stored version of %s is not %d: a newer copy has saved or deleted it".formatted(address, expected));
	}

}
