package io.rivetevents.actor;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.CallerScope;

/**
 * A store that is called without a caller on its thread, and leaves nothing there.
 *
 * @param store the application's
 * @param callers the scopes of callers
 */
record ScopedStateStore(ActorStateStore store, CallerScope callers) implements ActorStateStore {

	@Override
	public @Nullable StoredActor load(ActorAddress address) {
		return this.callers.call(null, () -> this.store.load(address));
	}

	@Override
	public @Nullable StoredActor loadById(String actorId) {
		return this.callers.call(null, () -> this.store.loadById(actorId));
	}

	@Override
	public void save(StoredActor actor, long expectedVersion) {
		this.callers.run(null, () -> this.store.save(actor, expectedVersion));
	}

	@Override
	public void delete(ActorAddress address, long expectedVersion) {
		this.callers.run(null, () -> this.store.delete(address, expectedVersion));
	}

	@Override
	public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
		return this.callers.call(null, () -> this.store.list(namespace, name, after, limit));
	}

	@Override
	public long heapOf(StoredActor actor) {
		return this.callers.call(null, () -> this.store.heapOf(actor));
	}

}
