package io.rivetevents.actor;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Which instance a message is for, and whether it may be created for it.
 */
public sealed interface ActorTarget {

	/**
	 * The instance with an id; it must exist.
	 *
	 * @param actorId id of the instance
	 */
	record ById(String actorId) implements ActorTarget {
	}

	/**
	 * The instance at an address; it must exist.
	 *
	 * @param address where it is
	 */
	record Get(ActorAddress address) implements ActorTarget {
	}

	/**
	 * The instance at an address, created if there is none.
	 *
	 * @param address where it is
	 * @param input what a new instance gets as its input, {@code null} for none
	 */
	record GetOrCreate(ActorAddress address, @Nullable JsonNode input) implements ActorTarget {
	}

	/**
	 * A new instance at an address; there must be none.
	 *
	 * @param address where it will be
	 * @param input what it gets as its input, {@code null} for none
	 */
	record Create(ActorAddress address, @Nullable JsonNode input) implements ActorTarget {
	}

}
