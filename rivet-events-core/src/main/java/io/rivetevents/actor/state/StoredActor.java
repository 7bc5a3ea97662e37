package io.rivetevents.actor.state;

import java.time.Instant;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.protocol.value.WireValues;

/**
 * An instance as it is stored.
 *
 * @param actorId its id
 * @param address where it is found
 * @param version counts the saves, from 1
 * @param generation counts how often it has come into memory, from 1
 * @param createdAt when it was created
 * @param state its state as JSON in UTF-8, {@code null} if it has none
 * @param input the input it was created with, as
 * {@link io.rivetevents.protocol.value.WireValues#encodeJson} writes it; {@code null} if
 * there was none
 * @since 0.1.0
 */
public record StoredActor(String actorId, ActorAddress address, long version, long generation, Instant createdAt,
		byte @Nullable [] state, byte @Nullable [] input) {

	/**
	 * Returns what is stored next, with the version after this one.
	 * @param generation how often the instance has come into memory by then
	 * @param state its state as JSON in UTF-8, {@code null} if it has none
	 */
	public StoredActor next(long generation, byte @Nullable [] state) {
		return new StoredActor(this.actorId, this.address, this.version + 1, generation, this.createdAt, state,
				this.input);
	}

	/** Returns the input, decoded anew each time; {@code null} if there was none. */
	public @Nullable JsonNode decodeInput() {
		byte[] input = this.input;
		return (input != null) ? WireValues.decodeJson(input) : null;
	}

}
