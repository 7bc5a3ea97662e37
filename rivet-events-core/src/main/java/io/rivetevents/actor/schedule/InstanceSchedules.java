/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.error.RivetException;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.ErrorCode;

/**
 * The schedules of one instance: those that are stored, and the changes that wait for the
 * next commit. They are loaded when they are first used. Safe for use by several threads;
 * they are changed in turns of the instance.
 */
public final class InstanceSchedules {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(InstanceSchedules.class));

	/** Number of parts into which all instances are divided. */
	private static final int SLOTS = 256;

	/** Most bytes of a schedule. */
	private static final int MAX_SIZE = 64 * 1024;

	/** In the order of the next times; failed ones are last. */
	private static final Comparator<ScheduleEntry> ORDER = Comparator
		.<ScheduleEntry, Boolean>comparing((entry) -> entry.runAt() == null)
		.thenComparing(ScheduleEntry::dueAt)
		.thenComparing(ScheduleEntry::id);

	private final ActorAddress address;

	private final ActorStateStore store;

	private final Clock clock;

	private final int max;

	private final Supplier<String> ids;

	private final Runnable onChange;

	private final Consumer<DueSchedule> onStored;

	private @Nullable String actorId;

	/** {@code null} until they are loaded. */
	private @Nullable Map<String, ScheduleEntry> stored;

	/** Replaced as a whole. */
	private volatile Pending pending = Pending.NONE;

	/**
	 * Changes that wait for a commit.
	 *
	 * @param changes changes by id; empty for a schedule to remove
	 */
	public record Pending(Map<String, Optional<ScheduleEntry>> changes) {

		/** No changes. */
		public static final Pending NONE = new Pending(Map.of());

		/** Returns whether there are none. */
		public boolean isEmpty() {
			return this.changes.isEmpty();
		}

		/** Adds them to a change of the instance. */
		public Change addTo(Change change) {
			if (isEmpty()) {
				return change;
			}
			int slot = slot(change.actor().address());
			List<StoredSchedule> schedules = new ArrayList<>();
			List<String> cancelled = new ArrayList<>();
			this.changes.forEach((id, entry) -> entry
				.ifPresentOrElse((present) -> schedules.add(present.toStored(slot)), () -> cancelled.add(id)));
			return change.withSchedules(schedules, cancelled);
		}

	}

	/**
	 * Creates the schedules of an instance.
	 * @param address its address
	 * @param store where they are stored
	 * @param clock source of times
	 * @param max maximum number
	 * @param ids returns new ids
	 * @param onChange called when a change waits for a commit
	 * @param onStored receives each schedule that is stored, after the commit
	 */
	public InstanceSchedules(ActorAddress address, ActorStateStore store, Clock clock, int max, Supplier<String> ids,
			Runnable onChange, Consumer<DueSchedule> onStored) {
		this.address = address;
		this.store = store;
		this.clock = clock;
		this.max = max;
		this.ids = ids;
		this.onChange = onChange;
		this.onStored = onStored;
	}

	/** Returns the part of all instances to which an instance belongs. */
	static int slot(ActorAddress address) {
		int hash = 31 * (31 * address.namespace().hashCode() + address.name().hashCode())
				+ address.key().serialize().hashCode();
		return Math.floorMod(hash ^ (hash >>> 16), SLOTS);
	}

	/**
	 * Begins with the schedules of an instance that starts.
	 * @param actorId its id
	 * @param created whether it is new, so that none are stored
	 */
	public synchronized void begin(String actorId, boolean created) {
		this.actorId = actorId;
		this.stored = created ? Map.of() : null;
		this.pending = Pending.NONE;
	}

	/**
	 * Adds the schedules that each instance of the actor has, and removes those that it
	 * no longer has. A schedule that has not been changed keeps its next time. If there
	 * are none, the stored schedules are not loaded: those that are left are removed when
	 * they are due.
	 */
	public synchronized void declare(List<DeclaredSchedule> declared) {
		if (declared.isEmpty()) {
			return;
		}
		Set<String> names = new HashSet<>();
		for (DeclaredSchedule each : declared) {
			names.add(each.name());
			ScheduleEntry entry = ScheduleEntry.of(each, now());
			ScheduleEntry present = find(each.name());
			if (present == null || !present.isSameAs(entry)) {
				put(entry);
			}
		}
		for (ScheduleEntry each : all()) {
			if (each.declared() && !names.contains(each.id())) {
				remove(each.id());
			}
		}
	}

	/** Returns the present time. */
	public Instant now() {
		return this.clock.instant();
	}

	/** Returns a new id of a schedule without a name. */
	String newId() {
		return this.ids.get();
	}

	private Map<String, ScheduleEntry> stored() {
		Map<String, ScheduleEntry> stored = this.stored;
		if (stored == null) {
			String actorId = this.actorId;
			Assert.state(actorId != null, "The instance has not been started");
			stored = new HashMap<>();
			for (StoredSchedule each : this.store.schedules(actorId)) {
				ScheduleEntry entry = read(each);
				if (entry != null) {
					stored.put(each.id(), entry);
				}
			}
			this.stored = stored;
		}
		return stored;
	}

	/** A schedule that cannot be read must not prevent the use of its instance. */
	private @Nullable ScheduleEntry read(StoredSchedule stored) {
		try {
			return ScheduleEntry.read(stored);
		}
		catch (IllegalArgumentException ex) {
			failures.error(ex, () -> "A stored schedule of %s is ignored".formatted(this.address));
			return null;
		}
	}

	/**
	 * Returns when a schedule is to be tried next, {@code null} if it is not; may block.
	 */
	public @Nullable Instant nextRun(String id) {
		ScheduleEntry entry = find(id);
		return (entry != null) ? entry.runAt() : null;
	}

	/** Returns a schedule, {@code null} if there is none with its id; may block. */
	public synchronized @Nullable ScheduleEntry find(String id) {
		Optional<ScheduleEntry> changed = this.pending.changes().get(id);
		return (changed != null) ? changed.orElse(null) : stored().get(id);
	}

	/** Returns all schedules in the order of their times; may block. */
	public synchronized Collection<ScheduleEntry> all() {
		Map<String, ScheduleEntry> all = new HashMap<>(stored());
		apply(this.pending, all);
		return all.values().stream().sorted(ORDER).toList();
	}

	private long count() {
		Map<String, ScheduleEntry> stored = stored();
		Map<String, Optional<ScheduleEntry>> changes = this.pending.changes();
		long removed = changes.keySet().stream().filter(stored::containsKey).count();
		return stored.size() - removed + changes.values().stream().filter(Optional::isPresent).count();
	}

	private static void apply(Pending changes, Map<String, ScheduleEntry> entries) {
		changes.changes()
			.forEach((id, entry) -> entry.ifPresentOrElse((present) -> entries.put(id, present),
					() -> entries.remove(id)));
	}

	/**
	 * Adds or replaces a schedule.
	 * @throws RivetException with {@code actor.overloaded} if there are too many
	 * @throws IllegalArgumentException if it is too large
	 */
	public synchronized void put(ScheduleEntry entry) {
		Assert.state(this.store.keepsSchedules(),
				() -> "The store keeps no schedules; override keepsSchedules of ActorStateStore");
		if (!entry.declared() && find(entry.id()) == null && count() >= this.max) {
			throw new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(),
					Map.of("channel", "rivet.events.schedule.max-per-instance", "operation", "schedule"));
		}
		int size = entry.toStored(0).body().length;
		Assert.isTrue(size <= MAX_SIZE, () -> "Schedule %s of %s has %d bytes; the limit is %d".formatted(entry.id(),
				this.address, size, MAX_SIZE));
		change(entry.id(), Optional.of(entry));
	}

	/** Removes a schedule, and returns whether there was one; may block. */
	public synchronized boolean remove(String id) {
		if (find(id) == null) {
			return false;
		}
		change(id, Optional.empty());
		return true;
	}

	/**
	 * Replaces a schedule unless it has changed.
	 * @param next the new schedule, {@code null} to remove it
	 */
	synchronized void replace(ScheduleEntry entry, @Nullable ScheduleEntry next) {
		if (find(entry.id()) == entry) {
			change(entry.id(), Optional.ofNullable(next));
		}
	}

	private void change(String id, Optional<ScheduleEntry> entry) {
		Map<String, Optional<ScheduleEntry>> changes = new LinkedHashMap<>(this.pending.changes());
		changes.put(id, entry);
		this.pending = new Pending(changes);
		this.onChange.run();
	}

	// Commits

	/** Returns the changes that wait for a commit. */
	public Pending pending() {
		return this.pending;
	}

	/** Discards the changes that were made after others. */
	public synchronized void restore(Pending before) {
		this.pending = before;
	}

	/** Notes that changes have been committed. */
	public void committed(Pending changes) {
		if (!changes.isEmpty()) {
			note(changes).forEach(this.onStored);
		}
	}

	private synchronized List<DueSchedule> note(Pending changes) {
		if (this.stored != null) {
			Map<String, ScheduleEntry> stored = new HashMap<>(this.stored);
			apply(changes, stored);
			this.stored = stored;
		}
		Map<String, Optional<ScheduleEntry>> left = new LinkedHashMap<>(this.pending.changes());
		List<DueSchedule> due = new ArrayList<>();
		changes.changes().forEach((id, entry) -> {
			left.remove(id, entry);
			Instant runAt = entry.map(ScheduleEntry::runAt).orElse(null);
			if (runAt != null && this.actorId != null) {
				due.add(new DueSchedule(runAt, this.actorId, id));
			}
		});
		this.pending = left.isEmpty() ? Pending.NONE : new Pending(left);
		return due;
	}

}
