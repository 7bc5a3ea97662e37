/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.state.StoredActor;

/**
 * An instance that is about to be created.
 *
 * @param actor its initial stored form
 */
public record Draft(StoredActor actor) {

	/** Returns the input that its hooks receive, {@code null} if there is none. */
	public @Nullable JsonNode input() {
		return this.actor.decodeInput();
	}

}
