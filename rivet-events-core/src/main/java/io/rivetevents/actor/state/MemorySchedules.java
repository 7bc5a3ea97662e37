/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * Schedules of all instances in memory. Safe for use by several threads.
 */
final class MemorySchedules {

	/**
	 * Heap of a schedule in addition to its texts and bytes: the objects that it consists
	 * of and its two entries, with compressed references.
	 */
	private static final int OVERHEAD = 256;

	/**
	 * By id of the instance, then by their own; instances without schedules have none.
	 */
	private final Map<String, Map<String, StoredSchedule>> byActor = new HashMap<>();

	/** Those with a time. */
	private final NavigableSet<DueSchedule> ordered = new TreeSet<>(MemorySchedules::compare);

	/**
	 * Heap that a change adds.
	 *
	 * @param added that of new schedules without that of cancelled ones, in bytes;
	 * negative if it releases some
	 * @param replaced growth of those that are stored already, in bytes; each run of a
	 * schedule replaces it
	 */
	record Growth(long added, long replaced) {
	}

	/** By time, then by instance and id as a database orders them. */
	private static int compare(DueSchedule one, DueSchedule other) {
		int byTime = one.runAt().compareTo(other.runAt());
		int byActor = (byTime != 0) ? byTime : Utf8Order.compare(one.actorId(), other.actorId());
		return (byActor != 0) ? byActor : Utf8Order.compare(one.id(), other.id());
	}

	/** Returns the heap that a change adds. */
	synchronized Growth growth(Change change) {
		Map<String, StoredSchedule> present = this.byActor.getOrDefault(change.actor().actorId(), Map.of());
		long added = 0;
		long replaced = 0;
		for (StoredSchedule schedule : change.schedules()) {
			StoredSchedule before = present.get(schedule.id());
			if (before == null) {
				added += weight(schedule);
			}
			else {
				replaced += weight(schedule) - weight(before);
			}
		}
		for (String id : change.cancelled()) {
			added -= weight(present.get(id));
		}
		return new Growth(added, replaced);
	}

	private static long weight(@Nullable StoredSchedule schedule) {
		return (schedule != null)
				? OVERHEAD + 2L * (schedule.id().length() + schedule.action().length()) + schedule.body().length : 0;
	}

	/** Adds and removes what a change names. */
	synchronized void apply(Change change) {
		String actorId = change.actor().actorId();
		change.cancelled().forEach((id) -> remove(actorId, id));
		change.schedules().forEach((schedule) -> put(actorId, schedule));
	}

	private void put(String actorId, StoredSchedule schedule) {
		StoredSchedule before = this.byActor.computeIfAbsent(actorId, (id) -> new HashMap<>())
			.put(schedule.id(), schedule);
		removeOrder(actorId, before);
		Instant runAt = schedule.runAt();
		if (runAt != null) {
			this.ordered.add(new DueSchedule(runAt, actorId, schedule.id()));
		}
	}

	private void remove(String actorId, String id) {
		this.byActor.computeIfPresent(actorId, (key, schedules) -> {
			removeOrder(actorId, schedules.remove(id));
			return schedules.isEmpty() ? null : schedules;
		});
	}

	private void removeOrder(String actorId, @Nullable StoredSchedule schedule) {
		Instant runAt = (schedule != null) ? schedule.runAt() : null;
		if (schedule != null && runAt != null) {
			this.ordered.remove(new DueSchedule(runAt, actorId, schedule.id()));
		}
	}

	/**
	 * Removes all schedules of an instance.
	 * @return the heap that is released, in bytes
	 */
	synchronized long removeAll(String actorId) {
		Map<String, StoredSchedule> removed = this.byActor.remove(actorId);
		if (removed == null) {
			return 0;
		}
		removed.values().forEach((schedule) -> removeOrder(actorId, schedule));
		return removed.values().stream().mapToLong(MemorySchedules::weight).sum();
	}

	synchronized List<StoredSchedule> of(String actorId) {
		return List.copyOf(this.byActor.getOrDefault(actorId, Map.of()).values());
	}

	synchronized List<DueSchedule> due(Instant until, @Nullable DueSchedule after, int limit) {
		NavigableSet<DueSchedule> rest = (after != null) ? this.ordered.tailSet(after, false) : this.ordered;
		return rest.stream().takeWhile((schedule) -> !schedule.runAt().isAfter(until)).limit(limit).toList();
	}

	synchronized void postpone(DueSchedule due, Instant until) {
		StoredSchedule schedule = this.byActor.getOrDefault(due.actorId(), Map.of()).get(due.id());
		if (schedule != null && due.runAt().equals(schedule.runAt())) {
			put(due.actorId(),
					new StoredSchedule(schedule.id(), until, schedule.slot(), schedule.action(), schedule.body()));
		}
	}

}
