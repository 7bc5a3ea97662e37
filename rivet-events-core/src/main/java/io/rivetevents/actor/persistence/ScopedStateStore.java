/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.failure.Guarded;
import io.rivetevents.scheduling.CallerScope;

/**
 * Calls a store without a caller on the thread, and removes thread-bound data afterwards.
 * An {@link Error} of the store, such as a missing class of its driver, becomes an
 * exception: Reactor would rethrow it, and the turn would never end.
 *
 * @param store store of the application
 * @param callers scopes of callers
 */
public record ScopedStateStore(ActorStateStore store, CallerScope callers) implements ActorStateStore {

	@Override
	public @Nullable StoredActor load(ActorAddress address) {
		return call(() -> this.store.load(address));
	}

	@Override
	public @Nullable StoredActor loadById(String actorId) {
		return call(() -> this.store.loadById(actorId));
	}

	@Override
	public void save(StoredActor actor, long expectedVersion) {
		run(() -> this.store.save(actor, expectedVersion));
	}

	@Override
	public void delete(ActorAddress address, long expectedVersion) {
		run(() -> this.store.delete(address, expectedVersion));
	}

	@Override
	public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
		return call(() -> this.store.list(namespace, name, after, limit));
	}

	@Override
	public long heapOf(StoredActor actor) {
		return call(() -> this.store.heapOf(actor));
	}

	private <T extends @Nullable Object> T call(Supplier<T> access) {
		return Guarded.call(() -> this.callers.call(null, access));
	}

	private void run(Runnable access) {
		this.<@Nullable Void>call(() -> {
			access.run();
			return null;
		});
	}

}
