/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;

/**
 * A store that fails on demand, and in which another node may save.
 */
class UnreliableStore implements ActorStateStore {

	private final MemoryActorStateStore store = new MemoryActorStateStore();

	private final AtomicInteger failing = new AtomicInteger();

	private final AtomicInteger overtaken = new AtomicInteger();

	/** Lets the next saves and deletions fail. */
	void failNext(int times) {
		this.failing.set(times);
	}

	/** Lets others come before the next saves. */
	void overtakeNext(int times) {
		this.overtaken.set(times);
	}

	/** Saves as another node does that has taken over an instance. */
	void takeOver(ActorAddress address) {
		StoredActor ours = this.store.load(address);
		this.store.save(ours.toBuilder().version(ours.version() + 1).generation(ours.generation() + 1).build(),
				ours.version());
	}

	String state(ActorAddress address) {
		return new String(this.store.load(address).state());
	}

	@Override
	public @Nullable StoredActor load(ActorAddress address) {
		return this.store.load(address);
	}

	@Override
	public @Nullable StoredActor loadById(String actorId) {
		return this.store.loadById(actorId);
	}

	@Override
	public void save(StoredActor actor, long expectedVersion) {
		failIfTold();
		if (this.overtaken.getAndUpdate((left) -> Math.max(left - 1, 0)) > 0) {
			throw new StaleStateException(actor.address(), expectedVersion);
		}
		this.store.save(actor, expectedVersion);
	}

	@Override
	public void delete(ActorAddress address, long expectedVersion) {
		failIfTold();
		this.store.delete(address, expectedVersion);
	}

	private void failIfTold() {
		if (this.failing.getAndUpdate((left) -> Math.max(left - 1, 0)) > 0) {
			throw new IllegalStateException("The disk is full");
		}
	}

	@Override
	public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
		return this.store.list(namespace, name, after, limit);
	}

}
