/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import io.rivetevents.jdbc.DatabaseServer;

class MariadbKilledTransactionTests extends AbstractKilledTransactionTests {

	private final String url = DatabaseServer.mariadb().newDatabase();

	@Override
	String url() {
		return this.url;
	}

}
