/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc.sqlite;

import java.nio.file.Path;

import io.rivetevents.jdbc.JdbcStateException;

/**
 * Thrown when a file cannot be used as a store: another process uses it, it is read-only,
 * or it is not a database.
 *
 * @since 0.1.0
 */
public final class SqliteFileException extends JdbcStateException {

	private final Path file;

	SqliteFileException(Path file, String reason, Throwable cause) {
		super("The file %s cannot be used: %s".formatted(file.toAbsolutePath(), reason), cause);
		this.file = file;
	}

	/** Returns the file. */
	public Path file() {
		return this.file;
	}

}
