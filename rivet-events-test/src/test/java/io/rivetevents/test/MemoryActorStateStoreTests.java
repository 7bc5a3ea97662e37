/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;

class MemoryActorStateStoreTests extends AbstractActorStateStoreTests {

	@Override
	protected ActorStateStore createStore() {
		return new MemoryActorStateStore();
	}

}
