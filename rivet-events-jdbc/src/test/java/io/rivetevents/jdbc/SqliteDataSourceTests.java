/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.jdbc.sqlite.SqliteDataSource;
import io.rivetevents.jdbc.sqlite.SqliteFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What can be wrong with a file.
 */
class SqliteDataSourceTests {

	@TempDir
	Path folder;

	private Path file() {
		return this.folder.resolve("data/rivet.db");
	}

	@Test
	void aCommitIsWrittenToTheDisk() throws SQLException {
		try (SqliteDataSource source = SqliteDataSource.open(file());
				Connection connection = source.getConnection();
				Statement statement = connection.createStatement()) {
			assertThat(value(statement, "journal_mode")).isEqualTo("wal");
			assertThat(value(statement, "synchronous")).isEqualTo("2");
			assertThat(value(statement, "locking_mode")).isEqualTo("exclusive");
		}
	}

	@Test
	void aConnectionIsUsedByOneThreadAtATime() throws Exception {
		try (SqliteDataSource source = SqliteDataSource.open(file())) {
			Connection first = source.getConnection();
			CompletableFuture<Connection> second = CompletableFuture.supplyAsync(() -> connect(source));
			assertThat(second).isNotDone();
			first.close();
			assertThat(second.get(10, TimeUnit.SECONDS).isClosed()).isFalse();
			assertThat(first.isClosed()).isTrue();
			assertThatThrownBy(first::createStatement).hasMessageContaining("closed");
			first.close();
			second.get().close();
		}
	}

	private static Connection connect(SqliteDataSource source) {
		try {
			return source.getConnection();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String value(Statement statement, String pragma) throws SQLException {
		try (var row = statement.executeQuery("pragma " + pragma)) {
			return row.getString(1);
		}
	}

	@Test
	void whatWasNotCommittedIsRolledBack() throws SQLException {
		try (SqliteDataSource source = SqliteDataSource.open(file())) {
			try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
				connection.setAutoCommit(false);
				statement.execute("create table mine (id int)");
			}
			try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
				assertThat(connection.getAutoCommit()).isTrue();
				assertThatThrownBy(() -> statement.execute("select * from mine")).hasMessageContaining("no such table");
			}
		}
	}

	@Test
	void aSecondProcessReceivesAdvice() throws Exception {
		try (SqliteDataSource source = SqliteDataSource.open(file())) {
			Process second = openInAnotherProcess();
			second.getOutputStream().close();
			String output = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(second.waitFor(20, TimeUnit.SECONDS)).isTrue();
			assertThat(output).contains("SqliteFileException: The file " + file(), "another process uses it",
					"choose another file", "rivet.events.state.file.path");
			assertThatThrownBy(() -> SqliteDataSource.open(file())).isInstanceOf(SqliteFileException.class)
				.hasMessageContaining("another process uses it");
			assertThat(source.file()).isEqualTo(file());
		}
		SqliteDataSource.open(file()).close();
	}

	@Test
	void aProcessThatIsKilledLeavesNoTemporaryFiles() throws Exception {
		Path temporary = Files.createDirectory(this.folder.resolve("tmp"));
		Process process = openInAnotherProcess("-Djava.io.tmpdir=" + temporary);
		assertThat(process.inputReader().lines().anyMatch("opened, null"::equals)).isTrue();
		process.destroyForcibly().waitFor();
		assertThat(temporary).isEmptyDirectory();
		assertThat(file()).isNotEmptyFile();
	}

	/** Returns a process that waits with the open file. */
	private Process openInAnotherProcess(String... options) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of(options));
		command
			.addAll(List.of("-cp", System.getProperty("java.class.path"), Opener.class.getName(), file().toString()));
		return new ProcessBuilder(command).redirectErrorStream(true).start();
	}

	/** Opens a file in a process of its own, and keeps it open until its input ends. */
	static final class Opener {

		public static void main(String[] arguments) throws IOException {
			try (SqliteDataSource source = SqliteDataSource.open(Path.of(arguments[0]))) {
				System.out.println("opened, " + System.getProperty("org.sqlite.tmpdir"));
				System.in.read();
			}
		}

	}

	@Test
	void aReadOnlyFileReceivesAdvice() throws Exception {
		SqliteDataSource.open(file()).close();
		makeReadOnly(true);
		try {
			assertThatThrownBy(() -> SqliteDataSource.open(file())).isInstanceOf(SqliteFileException.class)
				.hasMessageContaining(file().toString())
				.hasMessageContaining("needs write permission for the file and its directory");
		}
		finally {
			makeReadOnly(false);
		}
	}

	/** Permissions do not stop root; an attribute of the file system does. */
	private void makeReadOnly(boolean readOnly) throws Exception {
		if ("root".equals(System.getProperty("user.name"))) {
			Process process = new ProcessBuilder("chattr", readOnly ? "+i" : "-i", file().toString()).start();
			Assumptions.assumeTrue(process.waitFor() == 0, "root needs chattr and a file system that supports it");
		}
		else {
			Files.setPosixFilePermissions(file(),
					PosixFilePermissions.fromString(readOnly ? "r--------" : "rw-------"));
		}
	}

	@Test
	void aFileOfAnotherKindIsNotTouched() throws IOException {
		Files.createDirectories(file().getParent());
		Files.writeString(file(), "something else ".repeat(100));
		assertThatThrownBy(() -> SqliteDataSource.open(file())).isInstanceOf(SqliteFileException.class)
			.hasMessageContaining("it is not an SQLite database");
		assertThat(file()).hasContent("something else ".repeat(100));
	}

	@Test
	void aDirectoryIsNoFile() throws IOException {
		Files.createDirectories(file());
		assertThatThrownBy(() -> SqliteDataSource.open(file())).isInstanceOf(SqliteFileException.class)
			.hasMessageContaining("it is a directory");
	}

	@Test
	void aDirectoryThatCannotBeCreatedIsNamed() throws IOException {
		Files.writeString(this.folder.resolve("data"), "a file");
		assertThatThrownBy(() -> SqliteDataSource.open(file())).isInstanceOf(SqliteFileException.class)
			.hasMessageContaining("its directory cannot be created");
	}

	@Test
	void aFullDiskFailsOnlyWhatDoesNotFit() throws SQLException {
		try (SqliteDataSource source = SqliteDataSource.open(file())) {
			new JdbcSchema(source, JdbcSettings.defaults()).create();
			try (JdbcActorStateStore store = new JdbcActorStateStore(source, JdbcSettings.defaults())) {
				store.save(actor("small", 100), 0);
				execute(source, "pragma max_page_count=100");
				assertThatThrownBy(() -> store.save(actor("large", 1 << 20), 0)).isInstanceOf(JdbcStateException.class)
					.isNotInstanceOf(UncertainCommitException.class)
					.hasMessageContaining("room[large] (version 1, 1,048,776 bytes) could not be stored")
					.hasMessageContaining("SQLITE_FULL");
				assertThat(store.load(actor("large", 0).address())).isNull();
				store.save(actor("small", 101).toBuilder().version(2).build(), 1);
				execute(source, "pragma max_page_count=1000000");
				store.save(actor("large", 1 << 20), 0);
				assertThat(store.load(actor("large", 0).address())).isNotNull();
			}
		}
	}

	@Test
	void aStateThatIsTooLargeFailsAlone() throws Exception {
		try (SqliteDataSource source = SqliteDataSource.open(file())) {
			new JdbcSchema(source, JdbcSettings.defaults()).create();
			limitLength(source, 1 << 19);
			ObservedDataSource observed = new ObservedDataSource(source);
			try (JdbcActorStateStore store = new JdbcActorStateStore(observed, JdbcSettings.defaults())) {
				observed.stop();
				Savers savers = new Savers();
				for (int i = 0; i < 10; i++) {
					StoredActor actor = actor("k" + i, (i == 5) ? 1 << 19 : 10);
					savers.start(() -> store.save(actor, 0));
				}
				observed.go();
				var failures = savers.failures();
				assertThat(failures.remove(5)).isInstanceOf(JdbcStateException.class)
					.hasMessageContaining("room[k5] (version 1, 524,488 bytes) could not be stored")
					.hasMessageContaining("SQLITE_TOOBIG");
				assertThat(failures).hasSize(9).containsOnlyNulls();
			}
		}
	}

	private static void limitLength(SqliteDataSource source, int bytes) throws SQLException {
		try (Connection connection = source.getConnection()) {
			connection.unwrap(SQLiteConnection.class).setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, bytes);
		}
	}

	private static void execute(SqliteDataSource source, String sql) throws SQLException {
		try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private static StoredActor actor(String key, int size) {
		return StoredActor.builder(key, ActorAddress.of("room", key)).version(1).state(new byte[size]).build();
	}

}
