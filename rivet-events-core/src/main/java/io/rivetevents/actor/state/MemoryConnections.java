/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Stored connections of all instances in memory. Safe for use by several threads.
 */
final class MemoryConnections {

	/**
	 * Heap of a connection in addition to its id and body: the objects that it consists
	 * of and its entry, with compressed references.
	 */
	private static final int OVERHEAD = 160;

	/**
	 * By id of the instance, then by their own; instances without connections have none.
	 */
	private final Map<String, Map<String, StoredConnection>> byActor = new HashMap<>();

	/**
	 * Returns the heap that a change adds, in bytes; negative if it releases some.
	 */
	synchronized long growth(Change change) {
		Map<String, StoredConnection> present = this.byActor.getOrDefault(change.actor().actorId(), Map.of());
		long added = 0;
		for (StoredConnection connection : change.connections()) {
			added += weight(connection) - weight(present.get(connection.id()));
		}
		for (String id : change.disconnected()) {
			added -= weight(present.get(id));
		}
		return added;
	}

	private static long weight(@Nullable StoredConnection connection) {
		return (connection != null) ? OVERHEAD + connection.id().length() + connection.body().length : 0;
	}

	/** Adds and removes what a change names. */
	synchronized void apply(Change change) {
		if (change.connections().isEmpty() && change.disconnected().isEmpty()) {
			return;
		}
		this.byActor.compute(change.actor().actorId(), (id, present) -> {
			Map<String, StoredConnection> connections = (present != null) ? present : new HashMap<>();
			change.disconnected().forEach(connections::remove);
			change.connections().forEach((connection) -> connections.put(connection.id(), connection));
			return connections.isEmpty() ? null : connections;
		});
	}

	/**
	 * Removes all connections of an instance.
	 * @return the heap that is released, in bytes
	 */
	synchronized long removeAll(String actorId) {
		Map<String, StoredConnection> removed = this.byActor.remove(actorId);
		return (removed != null) ? removed.values().stream().mapToLong(MemoryConnections::weight).sum() : 0;
	}

	synchronized List<StoredConnection> of(String actorId) {
		return List.copyOf(this.byActor.getOrDefault(actorId, Map.of()).values());
	}

}
