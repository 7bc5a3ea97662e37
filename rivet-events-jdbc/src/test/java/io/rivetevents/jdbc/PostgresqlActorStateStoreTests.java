/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.util.List;

import org.junit.jupiter.api.BeforeAll;

class PostgresqlActorStateStoreTests extends AbstractDatabaseServerTests {

	private static DatabaseServer server;

	@BeforeAll
	static void start() {
		server = DatabaseServer.postgresql();
	}

	@Override
	DatabaseServer server() {
		return server;
	}

	@Override
	String analyze(String table) {
		return "analyze " + table;
	}

	@Override
	List<String> goodPlan() {
		return List.of("using rivet_schedule_run_at");
	}

}
