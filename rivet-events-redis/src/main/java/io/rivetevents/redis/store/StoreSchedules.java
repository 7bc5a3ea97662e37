/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.StoredSchedule;

/**
 * Schedules of the store, and the index of their times. The index is in another slot than
 * the instances, so no script can change both. Its entries are written before the change
 * of the instance and removed after it: a crash leaves entries without a schedule, never
 * a schedule without an entry. Entries are therefore checked when they are found. Each
 * change writes entries of its own, so that the removal of one never removes what another
 * change has written.
 */
final class StoreSchedules {

	private static final Log logger = LogFactory.getLog(RedisActorStateStore.class);

	/** Maximum number of entries that are read with one command. */
	private static final int PAGE = 500;

	/** Age of an entry after which no change that has written it can be in progress. */
	private static final Duration ABANDONED = Duration.ofHours(1);

	/** Results of {@link StoreScript#CHECK}. */
	private static final Long VALID = 1L;

	private static final Long POSSIBLE = 0L;

	private static final Long OBSOLETE = -1L;

	private final StoreConnection connection;

	private final StoreKeys keys;

	private final InstantSource clock;

	StoreSchedules(StoreConnection connection, StoreKeys keys, InstantSource clock) {
		this.connection = connection;
		this.keys = keys;
		this.clock = clock;
	}

	/**
	 * Returns a new token for the schedules of a change.
	 * @param version version of the instance that the change stores, 0 for none
	 */
	String newToken(long version) {
		return DueEntry.newToken(version, this.clock.instant());
	}

	/** Returns the entries that schedules need. */
	static List<DueEntry> entries(String tag, String actorId, String token, List<StoredSchedule> schedules) {
		List<DueEntry> entries = new ArrayList<>();
		for (StoredSchedule schedule : schedules) {
			Instant runAt = schedule.runAt();
			if (runAt != null) {
				entries.add(new DueEntry(runAt, actorId, schedule.id(), token, tag));
			}
		}
		return entries;
	}

	/**
	 * Returns the entries of schedules that a script has replaced or removed.
	 * @param ids their ids, each followed by the first line of the schedule
	 */
	static List<DueEntry> entries(String tag, String actorId, List<byte[]> ids) {
		List<DueEntry> entries = new ArrayList<>();
		for (int i = 0; i < ids.size(); i += 2) {
			String header = StoreFields.text(ids.get(i + 1));
			Instant runAt = StoreFields.runAt(header);
			if (runAt != null) {
				entries.add(new DueEntry(runAt, actorId, StoreFields.text(ids.get(i)), StoreFields.token(header), tag));
			}
		}
		return entries;
	}

	/**
	 * Adds entries, before the change that needs them.
	 * @throws RedisStateException if it failed; some may have been added
	 */
	void add(List<DueEntry> entries) {
		if (entries.isEmpty()) {
			return;
		}
		try {
			this.connection.execute(StoreScript.INDEX, new byte[][] { this.keys.due() }, members(entries),
					"Writing the times of schedules of " + entries.get(0).actorId());
		}
		catch (UncertainCommitException ex) {
			// entries without a schedule do no harm, so this outcome is certain
			throw new RedisStateException(String.valueOf(ex.getMessage()), ex);
		}
	}

	/**
	 * Removes entries. Does not wait: entries that remain are not valid, and are removed
	 * when they are found.
	 */
	void remove(List<DueEntry> entries) {
		try {
			if (!entries.isEmpty()) {
				this.connection.commands().zrem(this.keys.due(), members(entries));
			}
		}
		catch (RedisStateException ex) {
			logger.debug("Entries of schedules of %s remain".formatted(entries.get(0).actorId()), ex);
		}
	}

	private static byte[][] members(List<DueEntry> entries) {
		return entries.stream().map(DueEntry::bytes).toArray(byte[][]::new);
	}

	/**
	 * Loads the schedules of an instance. Writes their entries again, in case that they
	 * were lost in a failover.
	 */
	List<StoredSchedule> load(String tag, String actorId) {
		Map<byte[], byte[]> stored = this.connection.await(this.connection.commands().hgetall(this.keys.schedules(tag)),
				"Loading the schedules of " + actorId);
		List<byte[]> headers = new ArrayList<>();
		List<StoredSchedule> schedules = new ArrayList<>();
		stored.forEach((id, value) -> {
			headers.add(id);
			headers.add(StoreFields.bytes(StoreFields.line(value)));
			schedules.add(StoreFields.schedule(StoreFields.text(id), value));
		});
		restore(entries(tag, actorId, headers));
		return schedules;
	}

	@SuppressWarnings("unchecked")
	private void restore(List<DueEntry> entries) {
		if (!entries.isEmpty()) {
			ScoredValue<byte[]>[] members = entries.stream()
				.map((entry) -> ScoredValue.just(0, entry.bytes()))
				.toArray(ScoredValue[]::new);
			this.connection.commands().zadd(this.keys.due(), members);
		}
	}

	List<DueSchedule> due(Instant until, @Nullable DueSchedule after, int limit) {
		List<DueSchedule> found = new ArrayList<>();
		Boundary<byte[]> start = (after != null) ? Boundary.including(DueEntry.after(after)) : Boundary.unbounded();
		Boundary<byte[]> end = Boundary.including(DueEntry.after(until));
		while (found.size() < limit) {
			int size = Math.min(limit - found.size(), PAGE);
			List<byte[]> members = this.connection.await(
					this.connection.commands().zrangebylex(this.keys.due(), Range.from(start, end), Limit.from(size)),
					"Finding due schedules");
			check(members.stream().map(DueEntry::of).toList(), (schedule) -> {
				if (!schedule.runAt().isAfter(until)) {
					found.add(schedule);
				}
			});
			if (members.size() < size) {
				break;
			}
			start = Boundary.excluding(members.get(size - 1));
		}
		return found;
	}

	/**
	 * Passes on the schedules of valid entries, and removes those that cannot be valid.
	 */
	private void check(List<DueEntry> entries, Consumer<DueSchedule> valid) {
		String what = "Finding due schedules";
		// before the schedules: the id of an instance is deleted after them
		List<Long> ids = this.connection.awaitAll(entries.stream()
			.map((entry) -> this.connection.commands().exists(this.keys.id(entry.actorId())))
			.toList(), what);
		List<List<Object>> results = this.connection.read(StoreScript.CHECK,
				entries.stream().map((entry) -> this.keys.all(entry.tag())).toList(),
				entries.stream().map(StoreSchedules::arguments).toList(), what);
		List<DueEntry> obsolete = new ArrayList<>();
		Instant abandoned = this.clock.instant().minus(ABANDONED);
		for (int i = 0; i < entries.size(); i++) {
			DueEntry entry = entries.get(i);
			Object result = results.get(i).get(0);
			if (result.equals(VALID)) {
				String runAt = StoreFields.text((byte[]) results.get(i).get(1));
				valid.accept(new DueSchedule(Instant.parse(runAt), entry.actorId(), entry.id()));
				if (ids.get(i) == 0) {
					restoreId(entry);
				}
			}
			else if (result.equals(OBSOLETE) || (result.equals(POSSIBLE) && entry.writtenAt().isBefore(abandoned))) {
				obsolete.add(entry);
			}
		}
		remove(obsolete);
	}

	private static byte[][] arguments(DueEntry entry) {
		return new byte[][] { StoreFields.bytes(entry.actorId()), StoreFields.bytes(entry.id()),
				StoreFields.bytes(entry.token()), StoreFields.bytes(entry.version()) };
	}

	/** The instance is found by its id, which was lost in a failover. */
	private void restoreId(DueEntry entry) {
		this.connection.commands()
			.setnx(this.keys.id(entry.actorId()), StoreFields.indexEntry(this.clock.instant(), entry.tag()));
	}

	/** Changes the time of a schedule. */
	void postpone(String tag, DueSchedule due, Instant until) {
		DueEntry entry = new DueEntry(until, due.actorId(), due.id(), newToken(0), tag);
		add(List.of(entry));
		List<Object> result = this.connection.execute(StoreScript.POSTPONE, this.keys.all(tag),
				new byte[][] { StoreFields.bytes(due.actorId()), StoreFields.bytes(due.id()),
						StoreFields.bytes(StoreFields.time(due.runAt())), StoreFields.bytes(StoreFields.time(until)),
						StoreFields.bytes(entry.token()) },
				"Postponing a schedule of " + due.actorId());
		boolean postponed = result.get(0).equals(StoreScript.EXECUTED);
		remove(postponed ? entries(tag, due.actorId(), rest(result)) : List.of(entry));
	}

	/** Returns what a script has returned after the first two elements. */
	static List<byte[]> rest(List<Object> result) {
		return result.stream().skip(2).map((each) -> (byte[]) each).toList();
	}

}
