/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;

/**
 * Stores instances while they sleep. Methods may block. They are called on worker
 * threads, by several threads, but never concurrently for the same address on the same
 * node. Methods report failures by exceptions.
 *
 * @since 0.1.0
 */
public interface ActorStateStore {

	/**
	 * Loads an instance.
	 * @param address address of the instance
	 * @return the instance, or {@code null} if there is none
	 */
	@Nullable StoredActor load(ActorAddress address);

	/**
	 * Loads an instance.
	 * @param actorId its id
	 * @return the instance, or {@code null} if there is none
	 */
	@Nullable StoredActor loadById(String actorId);

	/**
	 * Saves an instance.
	 * @param actor the instance with its new version
	 * @param expectedVersion version that must be stored now; 0 if no instance may be
	 * stored
	 * @throws StaleStateException if another version is stored; nothing has been changed
	 */
	void save(StoredActor actor, long expectedVersion);

	/**
	 * Deletes an instance.
	 * @param address address of the instance
	 * @param expectedVersion version that must be stored now
	 * @throws StaleStateException if another version is stored; nothing has been changed
	 */
	void delete(ActorAddress address, long expectedVersion);

	/**
	 * Lists instances in the order of their serialized keys.
	 * @param namespace their namespace
	 * @param name name of the actor
	 * @param after serialized key after which the list starts, which need not exist;
	 * {@code null} for the first
	 * @param limit maximum number of instances
	 */
	List<StoredActor> list(String namespace, String name, @Nullable String after, int limit);

	/**
	 * Returns the heap that an instance takes while it is stored, in bytes; 0 for a store
	 * outside this process.
	 */
	default long heapOf(StoredActor actor) {
		return 0;
	}

}
