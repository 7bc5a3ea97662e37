package io.rivetevents.actor.state;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;

/**
 * Where instances are kept while they sleep. Its methods may block; they are called on
 * workers, by several threads, but never at once for one address on one node. A failure
 * is an exception.
 *
 * @since 0.1.0
 */
public interface ActorStateStore {

	/**
	 * Load an instance.
	 * @param address where it is found
	 * @return the instance, or {@code null} if there is none
	 */
	@Nullable StoredActor load(ActorAddress address);

	/**
	 * Load an instance.
	 * @param actorId its id
	 * @return the instance, or {@code null} if there is none
	 */
	@Nullable StoredActor loadById(String actorId);

	/**
	 * Save an instance.
	 * @param actor the instance with its new version
	 * @param expectedVersion the version that must be stored now; 0 if there must be none
	 * @throws StaleStateException if another one is stored; nothing has been changed
	 */
	void save(StoredActor actor, long expectedVersion);

	/**
	 * Delete an instance.
	 * @param address where it is found
	 * @param expectedVersion the version that must be stored now
	 * @throws StaleStateException if another one is stored; nothing has been changed
	 */
	void delete(ActorAddress address, long expectedVersion);

	/**
	 * List instances, in the order of their serialized keys.
	 * @param namespace their namespace
	 * @param name name of the actor
	 * @param after serialized key after which to begin, whether there is an instance or
	 * not; {@code null} for the beginning
	 * @param limit most instances that are listed
	 */
	List<StoredActor> list(String namespace, String name, @Nullable String after, int limit);

	/**
	 * Returns the heap that an instance takes for as long as it is stored, in bytes; 0
	 * for a store outside of this process.
	 */
	default long heapOf(StoredActor actor) {
		return 0;
	}

}
