/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.ownership;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.state.StoredActor;

/**
 * What an instance that has left its node passes on to the node that wakes it next. The
 * rest is stored. It is of use only for the generation after its own: a node that wakes
 * an instance of another generation ignores it. The byte array is not copied and must not
 * be changed.
 *
 * @param actorId id of the instance
 * @param generation its generation
 * @param epoch epoch of the positions of its events
 * @param sequence position of its last event
 * @param history its recent events as JSON, empty if they are lost; {@code null} if
 * nothing was recorded
 */
public record HandOver(String actorId, long generation, String epoch, long sequence, byte @Nullable [] history) {

	/** Heap bytes besides the history: rounded up. */
	private static final int OVERHEAD = 256;

	private static final byte[] LOST = {};

	/**
	 * Returns whether it is of use for a node that wakes a stored instance.
	 * @param stored the stored instance
	 */
	public boolean isFor(StoredActor stored) {
		return this.actorId.equals(stored.actorId()) && this.generation == stored.generation();
	}

	/**
	 * Returns it without its recent events: clients that have missed one of them are
	 * notified of that.
	 */
	public HandOver withoutHistory() {
		return (this.history != null) ? new HandOver(this.actorId, this.generation, this.epoch, this.sequence, LOST)
				: this;
	}

	/** Returns its memory in bytes. */
	public long weight() {
		return OVERHEAD + ((this.history != null) ? this.history.length : 0);
	}

}
