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
 * The stored form of an instance. Immutable; byte arrays are not copied and must not be
 * changed. A store keeps every property, except that {@link #state()} and
 * {@link #input()} may be left out of a list.
 *
 * @since 0.1.0
 */
public final class StoredActor {

	private final String actorId;

	private final ActorAddress address;

	private final long version;

	private final long generation;

	private final Instant createdAt;

	private final Instant savedAt;

	private final int format;

	private final @Nullable String owner;

	private final @Nullable String epoch;

	private final long reserved;

	private final @Nullable String marks;

	private final byte @Nullable [] state;

	private final byte @Nullable [] input;

	private StoredActor(Builder builder) {
		this.actorId = builder.actorId;
		this.address = builder.address;
		this.version = builder.version;
		this.generation = builder.generation;
		this.createdAt = builder.createdAt;
		this.savedAt = builder.savedAt;
		this.format = builder.format;
		this.owner = builder.owner;
		this.epoch = builder.epoch;
		this.reserved = builder.reserved;
		this.marks = builder.marks;
		this.state = builder.state;
		this.input = builder.input;
	}

	/**
	 * Returns a builder for an instance with version 0, generation 1, no state and no
	 * input, created at the epoch of the clock.
	 * @param actorId id of the instance
	 * @param address its address
	 */
	public static Builder builder(String actorId, ActorAddress address) {
		return new Builder(actorId, address);
	}

	/** Returns a builder with all properties of this instance. */
	public Builder toBuilder() {
		return new Builder(this);
	}

	/** Returns the id of the instance. */
	public String actorId() {
		return this.actorId;
	}

	/** Returns the address of the instance. */
	public ActorAddress address() {
		return this.address;
	}

	/** Returns the number of saves, from 1. */
	public long version() {
		return this.version;
	}

	/**
	 * Returns the number of times that the instance has been loaded into memory, from 1.
	 */
	public long generation() {
		return this.generation;
	}

	/** Returns when the instance was created. */
	public Instant createdAt() {
		return this.createdAt;
	}

	/** Returns when this version was saved, by the clock of the node that saved it. */
	public Instant savedAt() {
		return this.savedAt;
	}

	/** Returns the version of the application's state type, from 0. */
	public int format() {
		return this.format;
	}

	/**
	 * Returns the node that has the instance in memory, {@code null} if it is not shared.
	 */
	public @Nullable String owner() {
		return this.owner;
	}

	/**
	 * Returns the epoch of its event positions, at most 64 ASCII characters; {@code null}
	 * if its events have never been stored.
	 */
	public @Nullable String epoch() {
		return this.epoch;
	}

	/**
	 * Returns the greatest position that may have been given to an event. After a restart
	 * positions continue above it.
	 */
	public long reserved() {
		return this.reserved;
	}

	/**
	 * Returns the last positions of its stored events, written by the runtime: at most
	 * 10,000 ASCII characters; {@code null} if its events have never been stored.
	 */
	public @Nullable String marks() {
		return this.marks;
	}

	/**
	 * Returns the state as JSON in UTF-8, {@code null} if there is none or it was left
	 * out.
	 */
	public byte @Nullable [] state() {
		return this.state;
	}

	/**
	 * Returns the input with which the instance was created, as written by
	 * {@link WireValues#encodeJson}; {@code null} if there was none or it was left out.
	 */
	public byte @Nullable [] input() {
		return this.input;
	}

	/** Returns the input, decoded on each call; {@code null} if there was none. */
	public @Nullable JsonNode decodeInput() {
		byte[] input = this.input;
		return (input != null) ? WireValues.decodeJson(input) : null;
	}

	@Override
	public String toString() {
		return "%s (id %s, version %d, generation %d)".formatted(this.address, this.actorId, this.version,
				this.generation);
	}

	/** Builds the stored form of an instance. */
	public static final class Builder {

		private final String actorId;

		private final ActorAddress address;

		private long version;

		private long generation = 1;

		private Instant createdAt = Instant.EPOCH;

		private Instant savedAt = Instant.EPOCH;

		private int format;

		private @Nullable String owner;

		private @Nullable String epoch;

		private long reserved;

		private @Nullable String marks;

		private byte @Nullable [] state;

		private byte @Nullable [] input;

		private Builder(String actorId, ActorAddress address) {
			this.actorId = actorId;
			this.address = address;
		}

		private Builder(StoredActor actor) {
			this(actor.actorId, actor.address);
			this.version = actor.version;
			this.generation = actor.generation;
			this.createdAt = actor.createdAt;
			this.savedAt = actor.savedAt;
			this.format = actor.format;
			this.owner = actor.owner;
			this.epoch = actor.epoch;
			this.reserved = actor.reserved;
			this.marks = actor.marks;
			this.state = actor.state;
			this.input = actor.input;
		}

		/** Sets {@link StoredActor#version()}. */
		public Builder version(long version) {
			this.version = version;
			return this;
		}

		/** Sets {@link StoredActor#generation()}. */
		public Builder generation(long generation) {
			this.generation = generation;
			return this;
		}

		/** Sets {@link StoredActor#createdAt()}. */
		public Builder createdAt(Instant createdAt) {
			this.createdAt = createdAt;
			return this;
		}

		/** Sets {@link StoredActor#savedAt()}. */
		public Builder savedAt(Instant savedAt) {
			this.savedAt = savedAt;
			return this;
		}

		/** Sets {@link StoredActor#format()}. */
		public Builder format(int format) {
			this.format = format;
			return this;
		}

		/** Sets {@link StoredActor#owner()}. */
		public Builder owner(@Nullable String owner) {
			this.owner = owner;
			return this;
		}

		/** Sets {@link StoredActor#epoch()}. */
		public Builder epoch(@Nullable String epoch) {
			this.epoch = epoch;
			return this;
		}

		/** Sets {@link StoredActor#reserved()}. */
		public Builder reserved(long reserved) {
			this.reserved = reserved;
			return this;
		}

		/** Sets {@link StoredActor#marks()}. */
		public Builder marks(@Nullable String marks) {
			this.marks = marks;
			return this;
		}

		/** Sets {@link StoredActor#state()}. */
		public Builder state(byte @Nullable [] state) {
			this.state = state;
			return this;
		}

		/** Sets {@link StoredActor#input()}. */
		public Builder input(byte @Nullable [] input) {
			this.input = input;
			return this;
		}

		/** Returns the stored form. */
		public StoredActor build() {
			return new StoredActor(this);
		}

	}

}
