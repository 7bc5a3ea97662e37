/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

/**
 * Reads the settings of a database that decide what is left after a loss of power.
 */
final class DatabaseSettings {

	private static final Map<String, List<String>> QUERIES = Map.of("SQLite",
			List.of("pragma journal_mode", "pragma synchronous", "pragma locking_mode"), "PostgreSQL",
			List.of("show fsync", "show synchronous_commit", "show wal_sync_method", "show full_page_writes"),
			"MariaDB",
			List.of("select @@innodb_flush_log_at_trx_commit", "select @@innodb_flush_method", "select @@log_bin",
					"select @@innodb_doublewrite"),
			"H2",
			List.of("select setting_value write_delay from information_schema.settings where setting_name = 'WRITE_DELAY'"));

	private DatabaseSettings() {
	}

	/** Returns product and version, and its settings by name. */
	static Map<String, String> read(DataSource database) throws SQLException {
		Map<String, String> settings = new LinkedHashMap<>();
		try (Connection connection = database.getConnection(); Statement statement = connection.createStatement()) {
			String product = connection.getMetaData().getDatabaseProductName();
			settings.put(product, connection.getMetaData().getDatabaseProductVersion());
			for (String query : QUERIES.getOrDefault(product, List.of())) {
				try (ResultSet rows = statement.executeQuery(query)) {
					while (rows.next()) {
						settings.put(rows.getMetaData().getColumnLabel(1).replace("@", ""), rows.getString(1));
					}
				}
			}
		}
		return settings;
	}

}
