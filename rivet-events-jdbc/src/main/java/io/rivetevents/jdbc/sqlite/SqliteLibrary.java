/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc.sqlite;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The native library of the SQLite driver. With the first connection, the driver copies
 * it from its jar into a temporary directory (about 1 MB), from which it is deleted when
 * the process ends regularly, but not when it is killed. So it is copied into a directory
 * of its own, which is deleted once the library is loaded.
 */
final class SqliteLibrary {

	/** Read by the driver: where the library is copied to. */
	private static final String DIRECTORY = "org.sqlite.tmpdir";

	/** Only there can a library that is in use be deleted. */
	private static final boolean POSIX = File.separatorChar == '/';

	private SqliteLibrary() {
	}

	/** Opens a connection, and leaves no copy of the library. */
	static synchronized Connection connect(String url) throws SQLException {
		Path directory = POSIX ? createDirectory() : null;
		if (directory == null) {
			return DriverManager.getConnection(url);
		}
		String before = System.getProperty(DIRECTORY);
		System.setProperty(DIRECTORY, directory.toString());
		try {
			return DriverManager.getConnection(url);
		}
		finally {
			restore(before);
			delete(directory);
		}
	}

	/** Returns {@code null} if there is none; the driver may have its library already. */
	private static @Nullable Path createDirectory() {
		Path parent = Path.of(System.getProperty(DIRECTORY, System.getProperty("java.io.tmpdir")));
		try {
			return Files.createTempDirectory(parent, "rivet-sqlite");
		}
		catch (IOException ex) {
			return null;
		}
	}

	private static void restore(@Nullable String before) {
		if (before != null) {
			System.setProperty(DIRECTORY, before);
		}
		else {
			System.clearProperty(DIRECTORY);
		}
	}

	private static void delete(Path directory) {
		try (Stream<Path> files = Files.list(directory)) {
			for (Path file : files.toList()) {
				Files.delete(file);
			}
			Files.delete(directory);
		}
		catch (IOException ex) {
			// a copy is left, as without this class
		}
	}

}
