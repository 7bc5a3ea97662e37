/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.jdbc.DatabaseServer;

class PostgresqlStoreContractTests extends AbstractJdbcStoreContractTests {

	@Override
	ActorStateStore open() {
		return new JdbcStores.Database().open(DatabaseServer.postgresql().newDatabase());
	}

}
