/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import io.rivetevents.jdbc.DatabaseServer;

class PostgresqlJoinedTransactionTests extends AbstractServerTransactionTests {

	@Override
	String url() {
		return DatabaseServer.postgresql().newDatabase();
	}

}
