/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.util.List;

/**
 * Thrown when the database does not have the tables of the store, or they cannot be read.
 * The cause is the failure of the first one.
 *
 * @since 0.1.0
 */
public final class MissingTablesException extends JdbcStateException {

	private final List<String> tables;

	private final String script;

	MissingTablesException(List<String> tables, String script, Throwable cause) {
		super("The database has no tables %s, or they cannot be read. The script %s creates them".formatted(tables,
				script), cause);
		this.tables = List.copyOf(tables);
		this.script = script;
	}

	/** Returns the names of the missing tables, with their prefix. */
	public List<String> tables() {
		return this.tables;
	}

	/** Returns the class path location of the script that creates the tables. */
	public String script() {
		return this.script;
	}

}
