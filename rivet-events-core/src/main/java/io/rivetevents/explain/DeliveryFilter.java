/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.explain;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.SafeText;

/**
 * Selects deliveries of one instance. Public for the endpoint alone.
 *
 * @param actor the instance
 * @param event name of the event, {@code null} for all
 * @param sequence position of the event, {@code null} for all
 * @param connectionId id of the connection, {@code null} for all
 */
public record DeliveryFilter(ActorAddress actor, @Nullable String event, @Nullable Long sequence,
		@Nullable String connectionId) {

	/** Returns whether it selects an event, for some connection. */
	boolean includes(Sending sending) {
		return isSender(sending.actor()) && (this.event == null || sending.event().equals(SafeText.of(this.event)))
				&& (this.sequence == null || isAt(sending.position()));
	}

	/** An event of this name may also be sent to the connections of all actors. */
	boolean isSender(@Nullable ActorAddress sender) {
		return this.actor.equals(sender) || (sender == null && this.event != null && this.sequence == null);
	}

	private boolean isAt(@Nullable Position position) {
		return position != null && this.sequence != null && position.sequence() == this.sequence;
	}

	boolean includes(Delivery delivery) {
		return this.connectionId == null || this.connectionId.equals(delivery.connectionId());
	}

}
