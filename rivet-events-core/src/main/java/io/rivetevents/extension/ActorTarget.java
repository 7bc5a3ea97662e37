/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.protocol.SafeText;

/**
 * The target instance of a message, and whether the message may create it. Inputs are
 * kept encoded: a decoded one takes up to thirty times the memory and is rarely needed.
 * The text of a target names the instance for the log, on one line.
 *
 * @since 0.1.0
 */
public sealed interface ActorTarget {

	/**
	 * The instance with an id, which must exist.
	 *
	 * @param actorId id of the instance
	 * @param address its address, {@code null} if it has to be found by the id
	 */
	record ById(String actorId, @Nullable ActorAddress address) implements ActorTarget {

		/** Creates a target without its address. */
		public ById(String actorId) {
			this(actorId, null);
		}

		@Override
		public String toString() {
			return "actor id " + SafeText.of(this.actorId);
		}

	}

	/**
	 * The instance at an address, which must exist.
	 *
	 * @param address address of the instance
	 */
	record Get(ActorAddress address) implements ActorTarget {

		@Override
		public String toString() {
			return this.address.toString();
		}

	}

	/**
	 * The instance at an address, created if there is none.
	 *
	 * @param address address of the instance
	 * @param input input for a new instance, as written by
	 * {@link io.rivetevents.protocol.value.WireValues#encodeJson}; {@code null} for none
	 */
	record GetOrCreate(ActorAddress address, byte @Nullable [] input) implements ActorTarget {

		@Override
		public String toString() {
			return this.address.toString();
		}

	}

	/**
	 * A new instance at an address, where none may exist.
	 *
	 * @param address address of the new instance
	 * @param input input for the instance, as written by
	 * {@link io.rivetevents.protocol.value.WireValues#encodeJson}; {@code null} for none
	 */
	record Create(ActorAddress address, byte @Nullable [] input) implements ActorTarget {

		@Override
		public String toString() {
			return this.address.toString();
		}

	}

	/**
	 * Returns the address of the target, {@code null} if it is given by id only.
	 * @since 0.1.0
	 */
	default @Nullable ActorAddress address() {
		return null;
	}

	/**
	 * Returns the input of the target, {@code null} if there is none.
	 */
	default byte @Nullable [] input() {
		return null;
	}

	/**
	 * Returns whether an instance is created if none exists.
	 */
	default boolean creates() {
		return this instanceof GetOrCreate || this instanceof Create;
	}

}
