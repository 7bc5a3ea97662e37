/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ErrorCode;

/**
 * Stores instances in memory, with their events, answers, schedules and connections. They
 * can sleep and wake, and are lost when the process ends. The memory limit also limits
 * the number of instances, since each counts with at least 512 bytes. Safe for use by
 * several threads.
 *
 * @since 0.1.0
 */
public final class MemoryActorStateStore implements ActorStateStore {

	/**
	 * Heap of an entry in addition to key, state and input, in bytes: measured and
	 * rounded up.
	 */
	private static final int OVERHEAD = 512;

	/** Period in which expired events and answers are searched at most once. */
	private static final Duration CLEANING = Duration.ofSeconds(1);

	private final Map<ActorAddress, StoredActor> byAddress = new ConcurrentHashMap<>();

	private final Map<String, ActorAddress> byId = new ConcurrentHashMap<>();

	/** By id of the instance; those without events and answers have none. */
	private final Map<String, MemoryHistory> histories = new ConcurrentHashMap<>();

	private final MemorySchedules schedules = new MemorySchedules();

	private final MemoryConnections connections = new MemoryConnections();

	private final Map<String, String> values = new ConcurrentHashMap<>();

	/** In the order of {@link #list}. */
	private final NavigableMap<Place, ActorAddress> ordered = new ConcurrentSkipListMap<>();

	private final ByteBudget budget;

	private final Clock clock;

	private final AtomicReference<Instant> nextCleaning = new AtomicReference<>(Instant.MIN);

	/**
	 * Position of an instance in the list.
	 *
	 * @param namespace its namespace
	 * @param name name of the actor
	 * @param key its serialized key; the empty key precedes all others
	 */
	private record Place(String namespace, String name, String key) implements Comparable<Place> {

		private static final Comparator<Place> ORDER = Comparator.comparing(Place::namespace, Utf8Order::compare)
			.thenComparing(Place::name, Utf8Order::compare)
			.thenComparing(Place::key, Utf8Order::compare);

		static Place of(ActorAddress address) {
			return new Place(address.namespace(), address.name(), address.key().serialize());
		}

		@Override
		public int compareTo(Place other) {
			return ORDER.compare(this, other);
		}

	}

	/**
	 * Creates a store with the clock of this process.
	 * @param budget memory limit; new instances, events, answers, schedules and
	 * connections beyond it are rejected with {@code actor.overloaded}, and the state of
	 * an existing instance and its schedules may grow
	 */
	public MemoryActorStateStore(ByteBudget budget) {
		this(budget, Clock.systemUTC());
	}

	/**
	 * Creates a store.
	 * @param budget memory limit; new instances, events, answers, schedules and
	 * connections beyond it are rejected with {@code actor.overloaded}, and the state of
	 * an existing instance and its schedules may grow
	 * @param clock decides which events and answers have expired
	 */
	public MemoryActorStateStore(ByteBudget budget, Clock clock) {
		this.budget = budget;
		this.clock = clock;
	}

	/** Creates a store with the share of the heap that a node has by default. */
	public MemoryActorStateStore() {
		this(Limits.defaults().stored());
	}

	@Override
	public @Nullable StoredActor load(ActorAddress address) {
		return this.byAddress.get(address);
	}

	@Override
	public @Nullable StoredActor loadById(String actorId) {
		ActorAddress address = this.byId.get(actorId);
		return (address != null) ? this.byAddress.get(address) : null;
	}

	@Override
	public void save(StoredActor actor, long expectedVersion) {
		commit(Change.of(actor, expectedVersion));
	}

	@Override
	public void commit(Change change) {
		StoredActor actor = change.actor();
		this.byAddress.compute(actor.address(), (address, stored) -> {
			check(actor, stored, change.expectedVersion());
			charge(stored, change);
			if (!change.isPlain()) {
				this.histories.compute(actor.actorId(), (id, history) -> apply(change, history));
				this.schedules.apply(change);
				this.connections.apply(change);
			}
			if (stored == null) {
				this.ordered.put(Place.of(address), address);
				this.byId.put(actor.actorId(), address);
			}
			return actor;
		});
	}

	private @Nullable MemoryHistory apply(Change change, @Nullable MemoryHistory present) {
		MemoryHistory history = (present != null) ? present : new MemoryHistory();
		this.budget.release(history.apply(change, this.clock.instant()));
		return history.isEmpty() ? null : history;
	}

	@Override
	public void delete(StoredActor actor) {
		this.byAddress.compute(actor.address(), (key, stored) -> {
			check(actor, stored, actor.version());
			if (stored != null) {
				this.budget.release(weight(stored));
				this.byId.remove(stored.actorId());
				this.ordered.remove(Place.of(key));
				MemoryHistory history = this.histories.remove(stored.actorId());
				this.budget.release((history != null) ? history.weight() : 0);
				this.budget.release(this.schedules.removeAll(stored.actorId()));
				this.budget.release(this.connections.removeAll(stored.actorId()));
			}
			return null;
		});
	}

	@Override
	public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
		Place start = new Place(namespace, name, (after != null) ? after : "");
		return this.ordered.tailMap(start, false)
			.values()
			.stream()
			.takeWhile((address) -> address.namespace().equals(namespace) && address.name().equals(name))
			.map(this.byAddress::get)
			.filter(Objects::nonNull)
			.limit(limit)
			.toList();
	}

	@Override
	public boolean keepsHistory() {
		return true;
	}

	@Override
	public List<StoredEvent> events(String actorId, int limit) {
		MemoryHistory history = this.histories.get(actorId);
		return (history != null) ? history.events(limit, this.clock.instant()) : List.of();
	}

	@Override
	public @Nullable StoredAnswer answer(String actorId, String key) {
		MemoryHistory history = this.histories.get(actorId);
		return (history != null) ? history.answer(key, this.clock.instant()) : null;
	}

	@Override
	public boolean keepsSchedules() {
		return true;
	}

	@Override
	public List<StoredSchedule> schedules(String actorId) {
		return this.schedules.of(actorId);
	}

	@Override
	public List<DueSchedule> due(Instant until, @Nullable DueSchedule after, int limit) {
		return this.schedules.due(until, after, limit);
	}

	@Override
	public void postpone(DueSchedule due, Instant until) {
		this.schedules.postpone(due, until);
	}

	@Override
	public boolean keepsConnections() {
		return true;
	}

	@Override
	public List<StoredConnection> connections(String actorId) {
		return this.connections.of(actorId);
	}

	@Override
	public String initialize(String name, String value) {
		return this.values.computeIfAbsent(name, (key) -> value);
	}

	private void charge(@Nullable StoredActor before, Change change) {
		MemorySchedules.Growth schedules = this.schedules.growth(change);
		long added = MemoryHistory.weightOf(change) + schedules.added() + this.connections.growth(change);
		long bytes = added + schedules.replaced() + weight(change.actor()) - ((before != null) ? weight(before) : 0);
		if (before != null && added <= 0) {
			this.budget.acquire(bytes);
			return;
		}
		if (this.budget.used() + bytes > this.budget.max()) {
			removeExpired();
		}
		if (!this.budget.tryAcquire(bytes)) {
			throw new RivetException(ErrorCode.OVERLOADED, "The memory for stored actors is full.",
					Map.of("channel", Limit.NODE_STORED.property(), "operation", (before != null) ? "save" : "create"));
		}
	}

	/** Removes the expired events and answers of all instances, if it is time for it. */
	private void removeExpired() {
		Instant now = this.clock.instant();
		Instant next = this.nextCleaning.get();
		if (now.isBefore(next) || !this.nextCleaning.compareAndSet(next, now.plus(CLEANING))) {
			return;
		}
		for (String actorId : this.histories.keySet()) {
			this.histories.computeIfPresent(actorId, (id, history) -> {
				this.budget.release(history.removeExpired(now));
				return history.isEmpty() ? null : history;
			});
		}
	}

	@Override
	public boolean isPersistent() {
		return false;
	}

	@Override
	public long heapOf(StoredActor actor) {
		return weight(actor);
	}

	private static long weight(StoredActor actor) {
		byte[] state = actor.state();
		byte[] input = actor.input();
		ActorAddress address = actor.address();
		return OVERHEAD + 2L * (address.namespace().length() + address.key().serialize().length())
				+ ((state != null) ? state.length : 0) + ((input != null) ? input.length : 0);
	}

	private static void check(StoredActor actor, @Nullable StoredActor stored, long expectedVersion) {
		boolean other = stored != null && !stored.actorId().equals(actor.actorId());
		long version = (stored != null) ? stored.version() : 0;
		if (other || version != expectedVersion) {
			throw new StaleStateException(actor.address(), expectedVersion);
		}
	}

}
