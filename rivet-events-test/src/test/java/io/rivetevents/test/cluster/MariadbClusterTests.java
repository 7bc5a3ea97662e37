/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.Map;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import io.rivetevents.jdbc.DatabaseServer;

/** Not part of the build, which has these tests with PostgreSQL and Redis. */
@EnabledIfSystemProperty(named = AbstractClusterTests.WHOLE, matches = "true")
class MariadbClusterTests extends AbstractClusterTests {

	@Override
	protected Map<String, String> properties() {
		return PostgresqlClusterTests.properties(DatabaseServer.mariadb());
	}

}
