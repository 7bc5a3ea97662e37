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
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.failure.Guarded;
import io.rivetevents.scheduling.CallerScope;

/**
 * Calls a store without a caller on the thread, and removes thread-bound data afterwards.
 * An {@link Error} of the store, such as a missing class of its driver, becomes an
 * exception: Reactor would rethrow it, and the turn would never end.
 */
public final class ScopedStateStore extends DelegatingActorStateStore {

	private final CallerScope callers;

	/**
	 * Creates a store.
	 * @param store store of the application
	 * @param callers scopes of callers
	 */
	public ScopedStateStore(ActorStateStore store, CallerScope callers) {
		super(store);
		this.callers = callers;
	}

	@Override
	public @Nullable StoredActor load(ActorAddress address) {
		return call(() -> delegate().load(address));
	}

	@Override
	public @Nullable StoredActor loadById(String actorId) {
		return call(() -> delegate().loadById(actorId));
	}

	@Override
	public void commit(Change change) {
		run(() -> delegate().commit(change));
	}

	@Override
	public void delete(ActorAddress address, long expectedVersion) {
		run(() -> delegate().delete(address, expectedVersion));
	}

	@Override
	public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
		return call(() -> delegate().list(namespace, name, after, limit));
	}

	@Override
	public List<StoredEvent> events(String actorId, int limit) {
		return call(() -> delegate().events(actorId, limit));
	}

	@Override
	public @Nullable StoredAnswer answer(String actorId, String key) {
		return call(() -> delegate().answer(actorId, key));
	}

	@Override
	public long heapOf(StoredActor actor) {
		return call(() -> delegate().heapOf(actor));
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
