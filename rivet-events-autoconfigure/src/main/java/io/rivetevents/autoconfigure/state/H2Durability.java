/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.rivetevents.jdbc.JdbcActorStateStore;
import io.rivetevents.jdbc.JdbcStateException;

/**
 * Logs that a file of H2 loses acknowledged changes when its process is killed: by
 * default, H2 writes a commit half a second later.
 */
final class H2Durability {

	private static final Log logger = LogFactory.getLog(JdbcActorStateStore.class);

	/** The value is 0 for databases in memory. */
	private static final String WRITE_DELAY = "select SETTING_VALUE from INFORMATION_SCHEMA.SETTINGS where SETTING_NAME = 'WRITE_DELAY'";

	private H2Durability() {
	}

	/**
	 * Logs one warning if the database is a file of H2 that is written later. Other
	 * databases are not asked.
	 * @throws JdbcStateException if the database cannot be used
	 */
	static void check(DataSource dataSource) {
		try (Connection connection = dataSource.getConnection()) {
			if (connection.getMetaData().getDatabaseProductName().equals("H2")) {
				check(connection);
			}
		}
		catch (SQLException ex) {
			throw new JdbcStateException("The database cannot be used: " + ex.getMessage(), ex);
		}
	}

	private static void check(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(WRITE_DELAY)) {
			if (row.next() && row.getInt(1) != 0) {
				logger.warn(
						("H2 can lose stored instances: %s writes a commit up to %d ms later, so the last acknowledged"
								+ " changes are lost when the process is killed. Append ;WRITE_DELAY=0 to its URL")
							.formatted(connection.getMetaData().getURL(), row.getInt(1)));
			}
		}
	}

}
