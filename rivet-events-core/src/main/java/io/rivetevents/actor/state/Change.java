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
 * @since 0.1.0
 */
public record Change(StoredActor actor, long expectedVersion, List<StoredEvent> events, List<Long> trimmed,
		List<StoredAnswer> answers) {

	public Change {
		events = List.copyOf(events);
		trimmed = List.copyOf(trimmed);
		answers = List.copyOf(answers);
	}

	/** Returns a change without events and answers. */
	public static Change of(StoredActor actor, long expectedVersion) {
		return new Change(actor, expectedVersion, List.of(), List.of(), List.of());
	}

	/** Returns the same change with other events. */
	public Change withEvents(List<StoredEvent> events, List<Long> trimmed) {
		return new Change(this.actor, this.expectedVersion, events, trimmed, this.answers);
	}

	/** Returns the same change with other answers. */
	public Change withAnswers(List<StoredAnswer> answers) {
		return new Change(this.actor, this.expectedVersion, this.events, this.trimmed, answers);
	}

	/** Returns whether only the instance itself is changed. */
	public boolean isPlain() {
		return this.events.isEmpty() && this.trimmed.isEmpty() && this.answers.isEmpty();
	}

}
