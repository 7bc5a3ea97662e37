/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Logs that the database of the store belongs to one process, as a database in memory
 * does. One node works with it, as in tests; two nodes would have two stores.
 */
final class LocalDatabase {

	private static final Log logger = LogFactory.getLog(LocalDatabase.class);

	private LocalDatabase() {
	}

	/**
	 * Logs one warning if other processes cannot use the database.
	 * @throws IllegalStateException if the database cannot be used
	 */
	static void check(DataSource dataSource) {
		try (Connection connection = dataSource.getConnection()) {
			String url = connection.getMetaData().getURL();
			if (url != null && isLocal(url)) {
				logger.warn(
						"Other nodes cannot use the database %s: set spring.datasource.url to a database server before a second node starts"
							.formatted(url));
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException("The database cannot be used: " + ex.getMessage(), ex);
		}
	}

	private static boolean isLocal(String url) {
		return url.startsWith("jdbc:h2:mem:") || url.startsWith("jdbc:sqlite:");
	}

}
