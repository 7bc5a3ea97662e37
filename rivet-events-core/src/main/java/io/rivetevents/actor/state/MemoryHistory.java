/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Events and answers of one instance in memory. Safe for use by several threads.
 */
final class MemoryHistory {

	/**
	 * Heap of an event or answer in addition to its texts and bytes: the objects that it
	 * consists of, with compressed references.
	 */
	private static final int OVERHEAD = 256;

	/** Keys are their positions. */
	private final NavigableMap<Long, StoredEvent> events = new TreeMap<>();

	private final Map<String, StoredAnswer> answers = new HashMap<>();

	/** Heap of all events and answers, in bytes. */
	private long weight;

	/** Number of changes since expired entries were removed. */
	private int changes;

	/** Returns the heap that the events and answers of a change take, in bytes. */
	static long weightOf(Change change) {
		return change.events().stream().mapToLong(MemoryHistory::weight).sum()
				+ change.answers().stream().mapToLong(MemoryHistory::weight).sum();
	}

	private static long weight(StoredEvent event) {
		byte[] body = event.body();
		return OVERHEAD + 2L * (event.name().length() + event.target().length()) + ((body != null) ? body.length : 0);
	}

	private static long weight(StoredAnswer answer) {
		return OVERHEAD + 2L * answer.key().length() + answer.body().length;
	}

	/**
	 * Adds and removes what a change names. Also removes expired entries, after as many
	 * changes as there are entries: so the time for one change does not depend on their
	 * number.
	 * @return the heap that is released, in bytes
	 */
	synchronized long apply(Change change, Instant now) {
		long before = this.weight + weightOf(change);
		change.trimmed().forEach((position) -> released(this.events.remove(position)));
		for (StoredEvent event : change.events()) {
			released(this.events.put(event.position(), event));
			this.weight += weight(event);
		}
		for (StoredAnswer answer : change.answers()) {
			released(this.answers.put(answer.key(), answer));
			this.weight += weight(answer);
		}
		if (++this.changes > this.events.size() + this.answers.size()) {
			removeExpired(now);
		}
		return before - this.weight;
	}

	private void released(@Nullable StoredEvent event) {
		this.weight -= (event != null) ? weight(event) : 0;
	}

	private void released(@Nullable StoredAnswer answer) {
		this.weight -= (answer != null) ? weight(answer) : 0;
	}

	/**
	 * Removes all expired entries.
	 * @return the heap that is released, in bytes
	 */
	synchronized long removeExpired(Instant now) {
		long before = this.weight;
		this.changes = 0;
		this.events.values().removeIf((event) -> {
			boolean expired = !event.expiresAt().isAfter(now);
			released(expired ? event : null);
			return expired;
		});
		this.answers.values().removeIf((answer) -> {
			boolean expired = !answer.expiresAt().isAfter(now);
			released(expired ? answer : null);
			return expired;
		});
		return before - this.weight;
	}

	synchronized boolean isEmpty() {
		return this.events.isEmpty() && this.answers.isEmpty();
	}

	/** Returns the heap that all events and answers take, in bytes. */
	synchronized long weight() {
		return this.weight;
	}

	synchronized List<StoredEvent> events(int limit, Instant now) {
		List<StoredEvent> latest = new ArrayList<>(this.events.descendingMap()
			.values()
			.stream()
			.filter((event) -> event.expiresAt().isAfter(now))
			.limit(limit)
			.toList());
		Collections.reverse(latest);
		return latest;
	}

	synchronized @Nullable StoredAnswer answer(String key, Instant now) {
		StoredAnswer answer = this.answers.get(key);
		return (answer != null && answer.expiresAt().isAfter(now)) ? answer : null;
	}

}
