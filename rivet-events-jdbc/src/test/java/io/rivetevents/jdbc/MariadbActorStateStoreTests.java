/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import org.junit.jupiter.api.BeforeAll;

class MariadbActorStateStoreTests extends AbstractDatabaseServerTests {

	private static DatabaseServer server;

	@BeforeAll
	static void start() {
		server = DatabaseServer.mariadb();
	}

	@Override
	DatabaseServer server() {
		return server;
	}

}
