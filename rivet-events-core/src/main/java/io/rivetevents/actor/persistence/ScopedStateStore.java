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
 * A store that is called without a caller on its thread, and leaves nothing there. An
 * {@link Error} of it, such as a class of its driver that is missing, is an exception
 * like others: Reactor would let it pass, and the turn would never end.
 *
 * @param store the application's
 * @param callers the scopes of callers
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
