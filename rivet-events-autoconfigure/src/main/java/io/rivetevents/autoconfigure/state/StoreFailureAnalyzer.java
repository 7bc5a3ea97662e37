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
import io.rivetevents.jdbc.sqlite.SqliteFileException;

/**
 * Reports why the database or the file of the store cannot be used.
 */
final class StoreFailureAnalyzer extends AbstractFailureAnalyzer<JdbcStateException> {

	private static final String RUN_SCRIPT = "Let Flyway or Liquibase run the script, or set"
			+ " rivet.events.state.jdbc.initialize-schema=always to create and update the tables at start.";

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, JdbcStateException cause) {
		return new FailureAnalysis("Instances cannot be stored. " + sentence(String.valueOf(cause.getMessage())),
				action(cause), cause);
	}

	/** Some messages end with a period, others do not. */
	static String sentence(String message) {
		return message.replaceFirst("\\.*$", ".");
	}

	private static String action(JdbcStateException cause) {
		if (cause instanceof MissingTablesException) {
			return RUN_SCRIPT;
		}
		if (cause instanceof SchemaVersionException version) {
			return (version.script() != null) ? RUN_SCRIPT
					: "Use the version of rivet-events that updated the tables, or a later one.";
		}
		if (cause instanceof SqliteFileException) {
			return "Set rivet.events.state.file.path to a file that this process can write and no other process uses.";
		}
		return "Check that the database runs and that the properties spring.datasource.* are correct,"
				+ " or choose another store with rivet.events.state.store.";
	}

}
