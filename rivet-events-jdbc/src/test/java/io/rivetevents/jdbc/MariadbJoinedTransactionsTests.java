/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

class MariadbJoinedTransactionsTests extends AbstractJoinedTransactionsTests {

	@Override
	DatabaseServer server() {
		return DatabaseServer.mariadb();
	}

}
