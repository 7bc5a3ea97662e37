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
 * Passes every call to another store. Base class for stores that add something to some
 * calls. {@link #save} calls {@link #commit}, so that a subclass overrides one method for
 * all changes.
 *
 * @since 0.1.0
 */
public class DelegatingActorStateStore implements ActorStateStore {

	private final ActorStateStore delegate;

	/**
	 * Creates a store.
	 * @param delegate the other store
	 */
	public DelegatingActorStateStore(ActorStateStore delegate) {
		this.delegate = delegate;
	}

	/** Returns the other store. */
	protected final ActorStateStore delegate() {
		return this.delegate;
	}

	@Override
	public @Nullable StoredActor load(ActorAddress address) {
		return this.delegate.load(address);
	}

	@Override
	public @Nullable StoredActor loadById(String actorId) {
		return this.delegate.loadById(actorId);
	}

	@Override
	public final void save(StoredActor actor, long expectedVersion) {
		commit(Change.of(actor, expectedVersion));
	}

	@Override
	public void commit(Change change) {
		this.delegate.commit(change);
	}

	@Override
	public void delete(StoredActor actor) {
		this.delegate.delete(actor);
	}

	@Override
	public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
		return this.delegate.list(namespace, name, after, limit);
	}

	@Override
	public boolean keepsHistory() {
		return this.delegate.keepsHistory();
	}

	@Override
	public List<StoredEvent> events(String actorId, int limit) {
		return this.delegate.events(actorId, limit);
	}

	@Override
	public @Nullable StoredAnswer answer(String actorId, String key) {
		return this.delegate.answer(actorId, key);
	}

	@Override
	public boolean keepsSchedules() {
		return this.delegate.keepsSchedules();
	}

	@Override
	public List<StoredSchedule> schedules(String actorId) {
		return this.delegate.schedules(actorId);
	}

	@Override
	public List<DueSchedule> due(Instant until, @Nullable DueSchedule after, int limit) {
		return this.delegate.due(until, after, limit);
	}

	@Override
	public void postpone(DueSchedule due, Instant until) {
		this.delegate.postpone(due, until);
	}

	@Override
	public boolean keepsConnections() {
		return this.delegate.keepsConnections();
	}

	@Override
	public List<StoredConnection> connections(String actorId) {
		return this.delegate.connections(actorId);
	}

	@Override
	public String initialize(String name, String value) {
		return this.delegate.initialize(name, value);
	}

	@Override
	public boolean isPersistent() {
		return this.delegate.isPersistent();
	}

	@Override
	public Duration timeout() {
		return this.delegate.timeout();
	}

	@Override
	public long heapOf(StoredActor actor) {
		return this.delegate.heapOf(actor);
	}

}
