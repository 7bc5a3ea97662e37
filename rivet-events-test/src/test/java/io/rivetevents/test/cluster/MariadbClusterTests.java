/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.Map;

import org.junit.jupiter.api.extension.ExtendWith;

import io.rivetevents.jdbc.DatabaseServer;

@ExtendWith(EssentialTests.class)
class MariadbClusterTests extends AbstractClusterTests {

	@Override
	protected Map<String, String> properties() {
		return PostgresqlClusterTests.properties(DatabaseServer.mariadb());
	}

}
