/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.rivetevents.jdbc.JdbcStateException;
import io.rivetevents.jdbc.MissingTablesException;
import io.rivetevents.jdbc.SchemaVersionException;
import io.rivetevents.jdbc.SqliteFileException;

/**
 * Reports why the database or the file of the store cannot be used.
 */
final class StoreFailureAnalyzer extends AbstractFailureAnalyzer<JdbcStateException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, JdbcStateException cause) {
		return new FailureAnalysis("Instances cannot be stored. " + cause.getMessage() + ".", action(cause), cause);
	}

	private static String action(JdbcStateException cause) {
		if (cause instanceof MissingTablesException missing) {
			return "Let Flyway or Liquibase run classpath:%s, or set rivet.events.state.jdbc.initialize-schema=always to create the tables at start."
				.formatted(missing.script());
		}
		if (cause instanceof SchemaVersionException version) {
			return "Use the version of rivet-events that created the tables, or update the tables to schema version %s by its release notes."
				.formatted(version.required());
		}
		if (cause instanceof SqliteFileException) {
			return "One process can use a file at a time: stop the other one, or set rivet.events.state.file.path to another file. The directory must be writable.";
		}
		return "Check that the database runs and that spring.datasource.* is right, or choose another store with rivet.events.state.store.";
	}

}
