/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.util.List;

/**
 * A change of one instance that is stored as a whole or not at all.
 *
 * @param actor the instance with its new version
 * @param expectedVersion version that must be stored now; 0 if no instance may be stored
 * @param events events to add to its history, in the order of their positions
 * @param trimmed positions of events that leave its history; some may be deleted already
 * @param answers answers to add; one with the key of a stored answer replaces it
 * @param schedules schedules to add; one with the id of a stored schedule replaces it
 * @param cancelled ids of schedules to remove, none of which is among those to add; some
 * may not be stored
 * @param connections connections to add; one with the id of a stored connection replaces
 * it
 * @param disconnected ids of connections to remove, none of which is among those to add;
 * some may not be stored
 * @since 0.1.0
 */
public record Change(StoredActor actor, long expectedVersion, List<StoredEvent> events, List<Long> trimmed,
		List<StoredAnswer> answers, List<StoredSchedule> schedules, List<String> cancelled,
		List<StoredConnection> connections, List<String> disconnected) {

	public Change {
		events = List.copyOf(events);
		trimmed = List.copyOf(trimmed);
		answers = List.copyOf(answers);
		schedules = List.copyOf(schedules);
		cancelled = List.copyOf(cancelled);
		connections = List.copyOf(connections);
		disconnected = List.copyOf(disconnected);
	}

	/** Returns a change of the instance itself only. */
	public static Change of(StoredActor actor, long expectedVersion) {
		return new Change(actor, expectedVersion, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
				List.of());
	}

	/** Returns the same change with other events. */
	public Change withEvents(List<StoredEvent> events, List<Long> trimmed) {
		return new Change(this.actor, this.expectedVersion, events, trimmed, this.answers, this.schedules,
				this.cancelled, this.connections, this.disconnected);
	}

	/** Returns the same change with other answers. */
	public Change withAnswers(List<StoredAnswer> answers) {
		return new Change(this.actor, this.expectedVersion, this.events, this.trimmed, answers, this.schedules,
				this.cancelled, this.connections, this.disconnected);
	}

	/** Returns the same change with other schedules. */
	public Change withSchedules(List<StoredSchedule> schedules, List<String> cancelled) {
		return new Change(this.actor, this.expectedVersion, this.events, this.trimmed, this.answers, schedules,
				cancelled, this.connections, this.disconnected);
	}

	/** Returns the same change with other connections. */
	public Change withConnections(List<StoredConnection> connections, List<String> disconnected) {
		return new Change(this.actor, this.expectedVersion, this.events, this.trimmed, this.answers, this.schedules,
				this.cancelled, connections, disconnected);
	}

	/** Returns whether only the instance itself is changed. */
	public boolean isPlain() {
		return this.events.isEmpty() && this.trimmed.isEmpty() && this.answers.isEmpty() && this.schedules.isEmpty()
				&& this.cancelled.isEmpty() && this.connections.isEmpty() && this.disconnected.isEmpty();
	}

}
