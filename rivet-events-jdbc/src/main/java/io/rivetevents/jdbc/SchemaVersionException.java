/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the tables in the database have been created for another version of the
 * store.
 *
 * @since 0.1.0
 */
public final class SchemaVersionException extends JdbcStateException {

	private final @Nullable String found;

	private final String required;

	private final @Nullable String script;

	SchemaVersionException(String table, @Nullable String found, String required, @Nullable String script) {
		super("The tables of the store have schema version %s (in %s), but this version of rivet-events requires %s%s"
			.formatted((found != null) ? found : "none", table, required,
					(script != null) ? ". The script %s updates them".formatted(script) : ""),
				null);
		this.found = found;
		this.required = required;
		this.script = script;
	}

	/**
	 * Returns the version of the tables in the database, {@code null} if they have none.
	 */
	public @Nullable String found() {
		return this.found;
	}

	/** Returns the version that this store requires. */
	public String required() {
		return this.required;
	}

	/**
	 * Returns the class path location of the script that updates the tables, {@code null}
	 * if their version is later than the required one.
	 */
	public @Nullable String script() {
		return this.script;
	}

}
