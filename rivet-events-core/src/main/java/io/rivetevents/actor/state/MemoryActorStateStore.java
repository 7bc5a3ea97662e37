/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ErrorCode;

/**
 * Stores instances in memory. They can sleep and wake, and are lost when the process
 * ends.
 *
 * @since 0.1.0
 */
public final class MemoryActorStateStore implements ActorStateStore {

	private final Map<ActorAddress, StoredActor> byAddress = new ConcurrentHashMap<>();

	private final Map<String, ActorAddress> byId = new ConcurrentHashMap<>();

	/**
	 * Heap of an entry in addition to key, state and input, in bytes: measured and
	 * rounded up.
	 */
	private static final int OVERHEAD = 512;

	/** In the order of {@link #list}. */
	private final NavigableMap<Place, ActorAddress> ordered = new ConcurrentSkipListMap<>();

	private final ByteBudget budget;

	/**
	 * Position of an instance in the list.
	 *
	 * @param namespace its namespace
	 * @param name name of the actor
	 * @param key its serialized key; the empty key precedes all others
	 */
	private record Place(String namespace, String name, String key) implements Comparable<Place> {

		private static final Comparator<Place> ORDER = Comparator.comparing(Place::namespace)
			.thenComparing(Place::name)
			.thenComparing(Place::key);

		static Place of(ActorAddress address) {
			return new Place(address.namespace(), address.name(), address.key().serialize());
		}

		@Override
		public int compareTo(Place other) {
			return ORDER.compare(this, other);
		}

	}

	/**
	 * Creates a store.
	 * @param budget memory limit; a new instance beyond it is rejected, an existing one
	 * may grow
	 */
	public MemoryActorStateStore(ByteBudget budget) {
		this.budget = budget;
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
		this.byAddress.compute(actor.address(), (address, stored) -> {
			check(address, stored, expectedVersion);
			charge(stored, actor);
			if (stored == null) {
				this.ordered.put(Place.of(address), address);
			}
			return actor;
		});
		this.byId.put(actor.actorId(), actor.address());
	}

	@Override
	public void delete(ActorAddress address, long expectedVersion) {
		this.byAddress.compute(address, (key, stored) -> {
			check(key, stored, expectedVersion);
			if (stored != null) {
				this.budget.release(weight(stored));
				this.byId.remove(stored.actorId());
				this.ordered.remove(Place.of(key));
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

	private void charge(@Nullable StoredActor before, StoredActor after) {
		if (before != null) {
			this.budget.acquire(weight(after) - weight(before));
		}
		else if (!this.budget.tryAcquire(weight(after))) {
			throw new RivetException(ErrorCode.OVERLOADED, "The memory for stored actors is full.",
					Map.of("channel", Limit.NODE_STORED.property(), "operation", "create"));
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

	private static void check(ActorAddress address, @Nullable StoredActor stored, long expectedVersion) {
		long version = (stored != null) ? stored.version() : 0;
		if (version != expectedVersion) {
			throw new StaleStateException(address, expectedVersion);
		}
	}

}
