/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.store;

import java.nio.file.Path;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.rivetevents.jdbc.sqlite.SqliteDataSource;

/**
 * The database of the property {@code database.url}. A file of SQLite is opened as by the
 * store "file". Statements are counted with {@code database.counted=true}.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("database.url")
public class DatabaseConfiguration {

	private static final String SQLITE = "jdbc:sqlite:";

	@Bean
	StatementCounts statementCounts() {
		return new StatementCounts();
	}

	@Bean
	DataSource database(@Value("${database.url}") String url, @Value("${database.user:}") String user,
			@Value("${database.counted:false}") boolean counted, StatementCounts counts) {
		DataSource database = url.startsWith(SQLITE) ? SqliteDataSource.open(Path.of(url.substring(SQLITE.length())))
				: pool(url, user);
		return counted ? counts.count(database) : database;
	}

	private static DataSource pool(String url, String user) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(url);
		pool.setUsername(user);
		return pool;
	}

}
