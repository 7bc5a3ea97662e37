/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import org.junit.jupiter.api.BeforeEach;

import io.rivetevents.jdbc.DatabaseServer;
import io.rivetevents.test.store.AbstractDurableStoreTests;
import io.rivetevents.test.store.ActorStateStoreFactory;

/** Kills the server while the process writes, and then the process. */
class PostgresqlDurableStoreTests extends AbstractDurableStoreTests {

	private DatabaseServer server;

	private String location;

	@BeforeEach
	void createDatabase() {
		this.server = DatabaseServer.postgresql();
		this.location = this.server.newDatabase();
	}

	@Override
	protected Class<? extends ActorStateStoreFactory> factory() {
		return JdbcStores.Database.class;
	}

	@Override
	protected String location() {
		return this.location;
	}

	@Override
	protected void kill(Process writer) {
		this.server.kill();
		super.kill(writer);
	}

	@Override
	protected void restart() {
		this.server.start();
	}

}
