/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * A save has failed because a newer copy of the instance has saved: this copy stops. A
 * client whose call made the save receives {@code actor.outcome_unknown}, since the
 * method has run and its changes are lost.
 */
public final class FencedException extends RivetException {

	private final ActorAddress address;

	FencedException(ActorAddress address) {
		super(ErrorCode.RESTARTING);
		this.address = address;
	}

	/** Returns the address of the instance. */
	public ActorAddress address() {
		return this.address;
	}

}
