/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.test.store.AbstractActorStateStoreTests;

/**
 * Tests a store that implements only the required methods.
 */
class PlainActorStateStoreTests extends AbstractActorStateStoreTests {

	@Override
	protected ActorStateStore createStore() {
		return new PlainStore();
	}

	private static final class PlainStore implements ActorStateStore {

		private final ActorStateStore store = new MemoryActorStateStore();

		@Override
		public @Nullable StoredActor load(ActorAddress address) {
			return this.store.load(address);
		}

		@Override
		public @Nullable StoredActor loadById(String actorId) {
			return this.store.loadById(actorId);
		}

		@Override
		public void save(StoredActor actor, long expectedVersion) {
			this.store.save(actor, expectedVersion);
		}

		@Override
		public void delete(StoredActor actor) {
			this.store.delete(actor);
		}

		@Override
		public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
			return this.store.list(namespace, name, after, limit);
		}

	}

}
