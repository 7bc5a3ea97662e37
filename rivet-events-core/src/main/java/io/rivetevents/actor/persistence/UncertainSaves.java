/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Objects;

import io.rivetevents.actor.state.StoredActor;

/**
 * The last saves of one instance that may have been stored although they have failed. At
 * most one of them has been stored, since all of them replace the same version. Safe for
 * use by several threads.
 */
final class UncertainSaves {

	/** Each holds a state; the oldest one is then taken for a foreign save. */
	private static final int MAX = 4;

	private final Deque<StoredActor> saves = new ArrayDeque<>(0);

	synchronized void add(StoredActor save) {
		if (this.saves.size() == MAX) {
			this.saves.remove();
		}
		this.saves.add(save);
	}

	synchronized boolean isEmpty() {
		return this.saves.isEmpty();
	}

	synchronized void clear() {
		this.saves.clear();
	}

	/** Returns whether an instance is stored as one of them would have stored it. */
	synchronized boolean contains(StoredActor there) {
		return this.saves.stream().anyMatch((save) -> isSame(save, there));
	}

	/** The generation alone does not do: an export that is put back keeps it. */
	private static boolean isSame(StoredActor one, StoredActor other) {
		return one.actorId().equals(other.actorId()) && one.version() == other.version()
				&& one.generation() == other.generation() && one.format() == other.format()
				&& one.savedAt().toEpochMilli() == other.savedAt().toEpochMilli()
				&& Objects.equals(one.owner(), other.owner()) && Objects.equals(one.epoch(), other.epoch())
				&& Arrays.equals(one.state(), other.state());
	}

}
