/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

import com.zaxxer.hikari.SQLExceptionOverride;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.rivetevents.jdbc.DatabaseServer;

/** H2 is a server, in a process of its own. */
@ExtendWith(EssentialTests.class)
class H2ClusterTests extends AbstractClusterTests {

	private final DatabaseServer server = DatabaseServer.h2();

	@Override
	protected Map<String, String> properties() {
		Map<String, String> properties = new HashMap<>(PostgresqlClusterTests.properties(this.server));
		properties.put("spring.datasource.hikari.exception-override-class-name", ClosedDatabase.class.getName());
		return properties;
	}

	/** H2 keeps the locks of a session as long as its connection is open. */
	@Override
	boolean releasesLocksOfPausedNodes() {
		return false;
	}

	@Test
	@Order(5)
	void nothingIsLostWhenTheStoreIsRestarted() throws Exception {
		CalledActor book = callBook();
		this.server.kill();
		this.server.start();
		checkBook(book, "database killed and started");
	}

	/** HikariCP does not recognise the error of H2 for a server that has ended. */
	public static final class ClosedDatabase implements SQLExceptionOverride {

		private static final int DATABASE_IS_CLOSED = 90121;

		@java.lang.Override
		public Override adjudicate(SQLException ex) {
			return (ex.getErrorCode() == DATABASE_IS_CLOSED) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
		}

	}

}
