/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import io.rivetevents.actor.ActorAddress;

/**
 * A client that connects to an instance, until it is accepted or rejected.
 *
 * @since 0.1.0
 */
public final class ConnectionObservationContext extends RivetObservationContext {

	private final ActorAddress actor;

	ConnectionObservationContext(ActorAddress actor) {
		this.actor = actor;
	}

	/** Returns the instance. */
	public ActorAddress getActor() {
		return this.actor;
	}

}
