/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StoredConnection;

/**
 * The stored connections of one instance, and the changes that wait for its next save. A
 * row is written before the instance sleeps with open connections, and removed after the
 * hook for the end of the connection. Safe for use by several threads.
 */
public final class ConnectionRows {

	private final Map<String, StoredConnection> stored = new HashMap<>(0);

	/** Changes by id of the connection; empty for a row to remove. */
	private final Map<String, Optional<StoredConnection>> changes = new HashMap<>(0);

	/**
	 * Changes that wait for a save.
	 *
	 * @param changes changes by id of the connection; empty for a row to remove
	 */
	public record Pending(Map<String, Optional<StoredConnection>> changes) {

		/** Returns whether there are none. */
		public boolean isEmpty() {
			return this.changes.isEmpty();
		}

		/** Adds them to a change of the instance. */
		public Change addTo(Change change) {
			if (isEmpty()) {
				return change;
			}
			List<StoredConnection> connections = new ArrayList<>();
			List<String> disconnected = new ArrayList<>();
			this.changes.forEach((id, row) -> row.ifPresentOrElse(connections::add, () -> disconnected.add(id)));
			return change.withConnections(connections, disconnected);
		}

	}

	/** Begins with the rows of an instance that wakes. */
	public synchronized void begin(Collection<StoredConnection> found) {
		this.stored.clear();
		this.changes.clear();
		found.forEach((row) -> this.stored.put(row.id(), row));
	}

	/** Returns the stored rows. */
	public synchronized List<StoredConnection> stored() {
		return List.copyOf(this.stored.values());
	}

	/** Returns whether a connection is stored. */
	public synchronized boolean isStored(String id) {
		return this.stored.containsKey(id);
	}

	/**
	 * Replaces all rows with the next save. Rows that are stored as they are, are not
	 * written.
	 */
	public synchronized void replace(Collection<StoredConnection> rows) {
		Set<String> others = new HashSet<>(this.stored.keySet());
		others.addAll(this.changes.keySet());
		for (StoredConnection row : rows) {
			others.remove(row.id());
			if (this.changes.containsKey(row.id()) || !isSame(row, this.stored.get(row.id()))) {
				this.changes.put(row.id(), Optional.of(row));
			}
		}
		others.forEach(this::remove);
	}

	private static boolean isSame(StoredConnection row, @Nullable StoredConnection other) {
		return other != null && Arrays.equals(row.body(), other.body());
	}

	/**
	 * Removes a row with the next save. This includes a row whose save has failed, since
	 * it may have been stored.
	 * @return whether there is anything to save
	 */
	public synchronized boolean remove(String id) {
		boolean present = this.stored.containsKey(id) || this.changes.containsKey(id);
		if (present) {
			this.changes.put(id, Optional.empty());
		}
		return present;
	}

	/** Returns the changes that wait for a save. */
	public synchronized Pending pending() {
		return new Pending(Collections.unmodifiableMap(new LinkedHashMap<>(this.changes)));
	}

	/** Notes that changes have been saved. */
	public synchronized void committed(Pending saved) {
		saved.changes().forEach((id, row) -> {
			this.changes.remove(id, row);
			row.ifPresentOrElse((present) -> this.stored.put(id, present), () -> this.stored.remove(id));
		});
	}

}
