/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.util.UUID;

import javax.sql.DataSource;

import org.h2.jdbcx.JdbcConnectionPool;

class H2ActorStateStoreTests extends AbstractJdbcActorStateStoreTests {

	@Override
	DataSource emptyDatabase() {
		return JdbcConnectionPool.create("jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(UUID.randomUUID()), "", "");
	}

	/** Each page reads the schedules with the same time again. */
	@Override
	int manySchedules() {
		return 10_000;
	}

}
