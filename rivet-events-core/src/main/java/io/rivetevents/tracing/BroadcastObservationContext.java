/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import org.jspecify.annotations.Nullable;

/**
 * An event that is sent, until it is in the queues of the connections of this node or
 * waits for a commit.
 *
 * @since 0.1.0
 */
public final class BroadcastObservationContext extends RivetObservationContext {

	private final @Nullable String actorName;

	private final String eventName;

	BroadcastObservationContext(@Nullable String actorName, String eventName) {
		this.actorName = actorName;
		this.eventName = eventName;
	}

	/**
	 * Returns the name of the actor whose connections receive the event, {@code null} if
	 * it is for connections of several actors, or for an instance that is given by its
	 * id, and {@code other} if there is no such actor.
	 */
	public @Nullable String getActorName() {
		return this.actorName;
	}

	/**
	 * Returns the name of the event, {@code other} if the actor does not declare it.
	 */
	public String getEventName() {
		return this.eventName;
	}

}
