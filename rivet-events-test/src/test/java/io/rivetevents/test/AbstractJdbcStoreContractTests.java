/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.test.store.AbstractActorStateStoreTests;

/** All tests of a class share a database and a store. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class AbstractJdbcStoreContractTests extends AbstractActorStateStoreTests {

	private ActorStateStore opened;

	abstract ActorStateStore open();

	@BeforeAll
	void openStore() {
		this.opened = open();
	}

	@AfterAll
	void closeStore() throws Exception {
		if (this.opened instanceof AutoCloseable closeable) {
			closeable.close();
		}
	}

	@Override
	protected ActorStateStore createStore() {
		return this.opened;
	}

}
