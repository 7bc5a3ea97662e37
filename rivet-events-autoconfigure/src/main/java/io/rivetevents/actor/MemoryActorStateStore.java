package io.rivetevents.actor;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Keeps instances in memory: they sleep and wake, and are gone when the process ends.
 */
public final class MemoryActorStateStore implements ActorStateStore {

	private final Map<ActorAddress, StoredActor> byAddress = new ConcurrentHashMap<>();

	private final Map<String, ActorAddress> byId = new ConcurrentHashMap<>();

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
			return actor;
		});
		this.byId.put(actor.actorId(), actor.address());
	}

	@Override
	public void delete(ActorAddress address, long expectedVersion) {
		this.byAddress.compute(address, (key, stored) -> {
			check(key, stored, expectedVersion);
			if (stored != null) {
				this.byId.remove(stored.actorId());
			}
			return null;
		});
	}

	@Override
	public List<StoredActor> list(String namespace, String name) {
		return this.byAddress.values()
			.stream()
			.filter((actor) -> actor.address().namespace().equals(namespace) && actor.address().name().equals(name))
			.toList();
	}

	private static void check(ActorAddress address, @Nullable StoredActor stored, long expectedVersion) {
		long version = (stored != null) ? stored.version() : 0;
		if (version != expectedVersion) {
			throw new StaleStateException(address, expectedVersion);
		}
	}

}
