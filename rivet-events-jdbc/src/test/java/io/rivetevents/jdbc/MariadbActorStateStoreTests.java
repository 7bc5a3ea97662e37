/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

class MariadbActorStateStoreTests extends AbstractJdbcActorStateStoreTests {

	private static DatabaseServer server;

	private HikariDataSource pool;

	@BeforeAll
	static void start() {
		server = DatabaseServer.mariadb();
	}

	@Override
	DataSource emptyDatabase() {
		this.pool = new HikariDataSource();
		this.pool.setJdbcUrl(server.newDatabase());
		return this.pool;
	}

	@AfterEach
	void closePool() {
		this.pool.close();
	}

}
