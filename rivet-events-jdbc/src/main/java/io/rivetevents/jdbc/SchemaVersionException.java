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

	SchemaVersionException(String table, @Nullable String found, String required) {
		super("The tables of the store have schema version %s (in %s), but this version of rivet-events requires %s"
			.formatted((found != null) ? found : "none", table, required), null);
		this.found = found;
		this.required = required;
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

}
