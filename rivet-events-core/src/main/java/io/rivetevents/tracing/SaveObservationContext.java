/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import io.rivetevents.actor.ActorAddress;

/**
 * A save of an instance, by the time of the store.
 *
 * @since 0.1.0
 */
public final class SaveObservationContext extends RivetObservationContext {

	private final ActorAddress actor;

	SaveObservationContext(ActorAddress actor) {
		this.actor = actor;
	}

	/** Returns the instance. */
	public ActorAddress getActor() {
		return this.actor;
	}

}
