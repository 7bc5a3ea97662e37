/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.observation.Observers;

/**
 * A store that reports saves to observers.
 *
 * @param store saves the instances
 * @param observers receive the outcome of each save
 */
public record ObservedStateStore(ActorStateStore store, Observers observers) implements ActorStateStore {

	@Override
	public void save(StoredActor actor, long expectedVersion) {
		byte[] state = actor.state();
		int bytes = (state != null) ? state.length : 0;
		long start = System.nanoTime();
		try {
			this.store.save(actor, expectedVersion);
		}
		catch (Throwable ex) {
			this.observers.saveFailed(actor.address(), bytes, since(start), ex);
			throw ex;
		}
		this.observers.stateSaved(actor.address(), bytes, since(start));
	}

	private static Duration since(long start) {
		return Duration.ofNanos(System.nanoTime() - start);
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
	public void delete(ActorAddress address, long expectedVersion) {
		this.store.delete(address, expectedVersion);
	}

	@Override
	public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
		return this.store.list(namespace, name, after, limit);
	}

	@Override
	public long heapOf(StoredActor actor) {
		return this.store.heapOf(actor);
	}

}
