/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.time.Instant;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.protocol.value.WireValues;

/**
 * The stored form of an instance.
 *
 * @param actorId its id
 * @param address its address
 * @param version number of saves, from 1
 * @param generation number of times that it has been loaded into memory, from 1
 * @param createdAt when it was created
 * @param state its state as JSON in UTF-8, {@code null} if it has none
 * @param input the input with which it was created, as written by
 * {@link io.rivetevents.protocol.value.WireValues#encodeJson}; {@code null} if there was
 * none
 * @since 0.1.0
 */
public record StoredActor(String actorId, ActorAddress address, long version, long generation, Instant createdAt,
		byte @Nullable [] state, byte @Nullable [] input) {

	/**
	 * Returns the next version of the instance.
	 * @param generation number of times that it has been loaded into memory
	 * @param state its state as JSON in UTF-8, {@code null} if it has none
	 */
	public StoredActor next(long generation, byte @Nullable [] state) {
		return new StoredActor(this.actorId, this.address, this.version + 1, generation, this.createdAt, state,
				this.input);
	}

	/** Returns the input, decoded on each call; {@code null} if there was none. */
	public @Nullable JsonNode decodeInput() {
		byte[] input = this.input;
		return (input != null) ? WireValues.decodeJson(input) : null;
	}

}
