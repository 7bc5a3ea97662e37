/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import org.junit.jupiter.api.TestInstance;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.test.store.AbstractActorStateStoreTests;

/** With one instance of the class for all tests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MemoryActorStateStoreTests extends AbstractActorStateStoreTests {

	@Override
	protected ActorStateStore createStore() {
		return new MemoryActorStateStore();
	}

}
