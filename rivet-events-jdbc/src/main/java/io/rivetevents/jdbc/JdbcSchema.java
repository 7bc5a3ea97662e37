/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import io.rivetevents.jdbc.Connections.Session;
import io.rivetevents.jdbc.sql.Sql;

/**
 * The tables of the store. The class path has their scripts in
 * {@code io/rivetevents/jdbc}:
 * <ul>
 * <li>{@code schema-<platform>.sql} for {@code postgresql}, {@code mariadb},
 * {@code mysql}, {@code h2} and {@code sqlite};</li>
 * <li>{@code flyway/<platform>}, a location for Flyway. Its scripts are repeatable, so
 * that they need no number between those of the application, and each is run once:
 * {@code spring.flyway.locations=classpath:db/migration,classpath:io/rivetevents/jdbc/flyway/{vendor}};</li>
 * <li>{@code liquibase/changelog.yaml}, to be included in a changelog of the
 * application.</li>
 * </ul>
 * Another table prefix needs scripts of the application; {@link #create()} respects it.
 *
 * @since 0.1.0
 */
public final class JdbcSchema {

	/** Version of the tables that this store reads and writes. */
	static final String VERSION = "4";

	/** Versions that the script updates. */
	private static final Set<String> OLDER = Set.of("1", "2", "3");

	static final String VERSION_NAME = "schema.version";

	private static final String FOLDER = "io/rivetevents/jdbc/";

	private static final int MAX_ATTEMPTS = 5;

	/** Time for another node to create the tables, in milliseconds. */
	private static final long PAUSE = 200;

	private static final String META = "meta";

	private static final List<String> TABLES = List.of(META, "actor", "event", "answer", "schedule", "outbox",
			"connection");

	private final Connections connections;

	private final JdbcSettings settings;

	private final Sql sql;

	/**
	 * Creates an instance. The database is not used yet.
	 * @param dataSource has the connections
	 * @param settings has the prefix of the tables
	 */
	public JdbcSchema(DataSource dataSource, JdbcSettings settings) {
		this.connections = new Connections(dataSource, settings.timeout());
		this.settings = settings;
		this.sql = new Sql(settings.tablePrefix());
	}

	/**
	 * Creates the tables that are missing and updates those of an older version, then
	 * does what {@link #check()} does. Several nodes may do this at the same time.
	 * @throws JdbcStateException if the tables cannot be created or have a later version
	 */
	public void create() {
		for (int attempt = 1; attempt <= MAX_ATTEMPTS && tables().requireScript(); attempt++) {
			try {
				run();
			}
			catch (SQLException ex) {
				// another node may be creating them
				if (attempt == MAX_ATTEMPTS) {
					throw new JdbcStateException("The tables could not be created: " + ex.getMessage(), ex);
				}
				pause();
			}
		}
		check();
	}

	private static void pause() {
		try {
			Thread.sleep(PAUSE);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Checks that the tables are there and have the version of this store.
	 * @throws MissingTablesException if there are not all tables
	 * @throws SchemaVersionException if they have another version
	 * @throws JdbcStateException if the database cannot be used
	 */
	public void check() {
		Tables tables = tables();
		List<Missing> missing = tables.missing();
		String version = tables.version();
		if (!missing.isEmpty() && (version == null || version.equals(VERSION))) {
			throw new MissingTablesException(missing.stream().map(Missing::table).toList(), script(),
					missing.get(0).cause());
		}
		if (!VERSION.equals(version)) {
			throw new SchemaVersionException(meta(), version, VERSION, tables.areLater() ? null : script());
		}
	}

	private String meta() {
		return this.settings.tablePrefix() + META;
	}

	/**
	 * What is in the database.
	 *
	 * @param missing tables that are not there
	 * @param version version of the others, {@code null} if they have none
	 */
	private record Tables(List<Missing> missing, @Nullable String version) {

		boolean areCurrent() {
			return this.missing.isEmpty() && VERSION.equals(this.version);
		}

		boolean areLater() {
			return this.version != null && !this.version.equals(VERSION) && !OLDER.contains(this.version);
		}

		/** Tables of a later version are left as they are. */
		boolean requireScript() {
			return !areCurrent() && !areLater();
		}

	}

	private Tables tables() {
		List<Missing> missing = missing();
		boolean hasVersion = missing.stream().noneMatch((each) -> each.table().equals(meta()));
		return new Tables(missing, hasVersion ? version() : null);
	}

	private record Missing(String table, SQLException cause) {
	}

	private List<Missing> missing() {
		return this.connections.read("The tables", (session) -> {
			List<Missing> missing = new ArrayList<>();
			for (String table : TABLES) {
				String name = this.settings.tablePrefix() + table;
				SQLException failure = failureOf(session.connection(), name);
				if (failure != null) {
					missing.add(new Missing(name, failure));
				}
			}
			return missing;
		});
	}

	private @Nullable SQLException failureOf(Connection connection, String table) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("select * from " + table + " where 1 = 0");
			return null;
		}
		catch (SQLException ex) {
			if (!connection.isValid(this.settings.timeoutSeconds())) {
				throw ex;
			}
			return ex;
		}
	}

	private @Nullable String version() {
		return this.connections.find("The schema version", this::version);
	}

	private @Nullable String version(Session session) throws SQLException {
		try (PreparedStatement statement = session.prepare(this.sql.selectMeta())) {
			session.rows().setTexts(statement, VERSION_NAME);
			try (ResultSet row = statement.executeQuery()) {
				return row.next() ? session.rows().text(row, "content") : null;
			}
		}
	}

	private String script() {
		return this.connections.read("The kind of the database", (session) -> script(session.dialect()));
	}

	private static String script(Dialect dialect) {
		return "%sschema-%s.sql".formatted(FOLDER, dialect.platform());
	}

	private void run() throws SQLException {
		try (Session session = this.connections.openTransaction();
				Statement statement = session.connection().createStatement()) {
			for (String part : read(script(session.dialect())).split(";\\s*(?:\n|$)")) {
				if (!part.isBlank()) {
					statement.execute(withPrefix(part));
				}
			}
			session.connection().commit();
		}
	}

	/** The name of an index cannot have a schema: it is in that of its table. */
	private String withPrefix(String part) {
		return part.replaceAll("index (if not exists )?rivet_", "index $1" + this.settings.plainPrefix())
			.replaceAll("(?<!\\w)rivet_", this.settings.tablePrefix());
	}

	private static String read(String location) {
		try (InputStream in = JdbcSchema.class.getClassLoader().getResourceAsStream(location)) {
			return new String(Objects.requireNonNull(in, location).readAllBytes(), StandardCharsets.UTF_8)
				.replaceAll("(?m)^--.*\n", "");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
