/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;

/**
 * Stores instances, and optionally their event histories, answers and schedules. Methods
 * may block. They are called on worker threads, by several threads, but never
 * concurrently for the same address on the same node. Methods report failures by
 * exceptions: nothing has been changed then, unless the outcome is uncertain, as after a
 * lost connection. Namespaces, names and keys are compared byte for byte.
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
	 * @throws StaleStateException if another version is stored, or an instance with
	 * another id; nothing has been changed
	 */
	void save(StoredActor actor, long expectedVersion);

	/**
	 * Saves an instance together with events, answers, schedules and connections, as a
	 * whole or not at all. The default implementation calls {@link #save} and refuses any
	 * other content; override it together with {@link #keepsHistory()},
	 * {@link #keepsSchedules()} and {@link #keepsConnections()}.
	 * @param change the change
	 * @throws StaleStateException if another version is stored, or an instance with
	 * another id; nothing has been changed
	 */
	default void commit(Change change) {
		if (!change.isPlain()) {
			throw new UnsupportedOperationException(
					"%s stores no events, answers, schedules or connections".formatted(getClass()));
		}
		save(change.actor(), change.expectedVersion());
	}

	/**
	 * Deletes an instance with its events, answers, schedules and connections.
	 * @param actor the instance, whose id and version must be stored now
	 * @throws StaleStateException if another version is stored, an instance with another
	 * id, or none; nothing has been changed
	 */
	void delete(StoredActor actor);

	/**
	 * Lists instances in the order of the UTF-8 bytes of their serialized keys. States
	 * and inputs may be left out.
	 * @param namespace their namespace
	 * @param name name of the actor
	 * @param after serialized key after which the list starts, which need not exist;
	 * {@code null} for the first
	 * @param limit maximum number of instances
	 */
	List<StoredActor> list(String namespace, String name, @Nullable String after, int limit);

	/**
	 * Returns whether {@link #commit} stores events and answers. Otherwise durable
	 * history is not available, and answers are kept in memory only.
	 */
	default boolean keepsHistory() {
		return false;
	}

	/**
	 * Loads the latest events of an instance that have not expired.
	 * @param actorId id of the instance
	 * @param limit maximum number of events
	 * @return the events in the order of their positions
	 */
	default List<StoredEvent> events(String actorId, int limit) {
		return List.of();
	}

	/**
	 * Loads an answer of an instance that has not expired.
	 * @param actorId id of the instance
	 * @param key its key
	 * @return the answer, {@code null} if there is none
	 */
	default @Nullable StoredAnswer answer(String actorId, String key) {
		return null;
	}

	/**
	 * Returns whether {@link #commit} stores schedules. Otherwise actors cannot use any.
	 */
	default boolean keepsSchedules() {
		return false;
	}

	/**
	 * Loads the schedules of an instance, in any order.
	 * @param actorId id of the instance
	 */
	default List<StoredSchedule> schedules(String actorId) {
		return List.of();
	}

	/**
	 * Finds the schedules that are to run, in the order of the time, then of the bytes of
	 * the instance's id, then of the bytes of their own.
	 * @param until latest time
	 * @param after schedule after which the result starts, which need not exist;
	 * {@code null} for the first
	 * @param limit maximum number of schedules
	 */
	default List<DueSchedule> due(Instant until, @Nullable DueSchedule after, int limit) {
		return List.of();
	}

	/**
	 * Changes when a schedule is found, without a change of its instance; used if the
	 * instance cannot be loaded. Has no effect if the schedule is not stored with this
	 * time any more. A schedule whose instance does not exist should be removed.
	 * @param due the schedule
	 * @param until the new time
	 */
	default void postpone(DueSchedule due, Instant until) {
	}

	/**
	 * Returns whether {@link #commit} stores connections. Otherwise instances do not
	 * sleep while clients are connected.
	 */
	default boolean keepsConnections() {
		return false;
	}

	/**
	 * Loads the stored connections of an instance, in any order.
	 * @param actorId id of the instance
	 */
	default List<StoredConnection> connections(String actorId) {
		return List.of();
	}

	/**
	 * Stores a value that all nodes of the application share, unless one is stored
	 * already. Called at start only.
	 * @param name its name: at most 64 ASCII characters
	 * @param value the value: at most 255 ASCII characters
	 * @return the stored value; a store that keeps no such values returns the given one
	 */
	default String initialize(String name, String value) {
		return value;
	}

	/**
	 * Returns whether instances survive the end of this process.
	 */
	default boolean isPersistent() {
		return true;
	}

	/**
	 * Returns how long a change waits for its outcome at most. A change of the same
	 * instance by another thread waits for it no longer than that.
	 * @return at least one millisecond
	 */
	default Duration timeout() {
		return Duration.ofSeconds(10);
	}

	/**
	 * Returns the heap that an instance takes while it is stored, in bytes; 0 for a store
	 * outside this process.
	 */
	default long heapOf(StoredActor actor) {
		return 0;
	}

}
