/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.event;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.connection.Connection;
import io.rivetevents.protocol.SafeText;

/**
 * Published when an action is called with an argument that does not match its type or its
 * constraints; the method is not called. Published on a worker thread, after earlier
 * events of the connection.
 *
 * @param connection connection of the caller, {@code null} for server code
 * @param actor the instance
 * @param action name of the action
 * @param index position of the first invalid argument, from 0; with too many arguments,
 * the position of the first surplus one; -1 if no client argument is at fault
 * @param value this argument as it was sent, {@code null} if it is missing
 * @param message what is invalid
 * @since 0.1.0
 */
public record BadRequestEvent(@Nullable Connection<?> connection, ActorAddress actor, String action, int index,
		@Nullable JsonNode value, String message) {

	/** Returns the event on one line of limited length, for the log. */
	@Override
	public String toString() {
		return "%s of %s by %s, argument %d: %s (%s)".formatted(SafeText.of(this.action), this.actor, this.connection,
				this.index, SafeText.of(this.message), SafeText.of(this.value));
	}

}
