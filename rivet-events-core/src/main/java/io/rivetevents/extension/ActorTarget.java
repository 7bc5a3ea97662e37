package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;

/**
 * Which instance a message is for, and whether it may be created for it. Inputs are kept
 * encoded: a decoded one takes up to thirty times the memory, and is rarely looked at.
 *
 * @since 0.1.0
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
	 * @param input what a new instance gets as its input, as
	 * {@link io.rivetevents.protocol.value.WireValues#encodeJson} writes it; {@code null}
	 * for none
	 */
	record GetOrCreate(ActorAddress address, byte @Nullable [] input) implements ActorTarget {
	}

	/**
	 * A new instance at an address; there must be none.
	 *
	 * @param address where it will be
	 * @param input what it gets as its input, as
	 * {@link io.rivetevents.protocol.value.WireValues#encodeJson} writes it; {@code null}
	 * for none
	 */
	record Create(ActorAddress address, byte @Nullable [] input) implements ActorTarget {
	}

	/**
	 * Returns the address that the target names, {@code null} for one by id.
	 * @since 0.1.0
	 */
	default @Nullable ActorAddress address() {
		return null;
	}

	/**
	 * Returns the input that the target brings along, {@code null} if there is none.
	 */
	default byte @Nullable [] input() {
		return null;
	}

	/**
	 * Returns whether an instance that does not exist is created.
	 */
	default boolean creates() {
		return this instanceof GetOrCreate || this instanceof Create;
	}

}
