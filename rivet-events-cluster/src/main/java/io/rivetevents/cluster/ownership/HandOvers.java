/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.ownership;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.state.StoredActor;

/**
 * What instances have passed on when they were released, until they are woken: on the
 * node that has released them, which may receive the request again, and on the one that
 * wakes them. Beyond a number of bytes the oldest are dropped. Safe for use by several
 * threads.
 */
final class HandOvers {

	/** Most bytes. */
	static final long MAX_BYTES = 8L * 1024 * 1024;

	private final Map<ActorAddress, HandOver> handOvers = new LinkedHashMap<>();

	private long bytes;

	/** Adds a hand-over, in place of an earlier one of the address. */
	synchronized void add(ActorAddress address, HandOver handOver) {
		remove(address);
		this.handOvers.put(address, handOver);
		this.bytes += handOver.weight();
		Iterator<HandOver> oldest = this.handOvers.values().iterator();
		while (this.bytes > MAX_BYTES) {
			this.bytes -= oldest.next().weight();
			oldest.remove();
		}
	}

	/** Returns the hand-over of an address, {@code null} if there is none. */
	synchronized @Nullable HandOver find(ActorAddress address) {
		return this.handOvers.get(address);
	}

	/** Removes the hand-over of an address, if there is one. */
	synchronized void remove(ActorAddress address) {
		HandOver present = this.handOvers.remove(address);
		if (present != null) {
			this.bytes -= present.weight();
		}
	}

	/**
	 * Removes and returns the hand-over for a stored instance, {@code null} if there is
	 * none, or if another node has woken the instance since.
	 */
	synchronized @Nullable HandOver take(StoredActor stored) {
		HandOver present = find(stored.address());
		remove(stored.address());
		return (present != null && present.isFor(stored)) ? present : null;
	}

}
