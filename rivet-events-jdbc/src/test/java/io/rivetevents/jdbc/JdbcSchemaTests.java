/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import javax.sql.DataSource;

import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.LiquibaseException;
import liquibase.resource.ClassLoaderResourceAccessor;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The scripts, and the ways in which an application runs them.
 */
class JdbcSchemaTests {

	private static final String FOLDER = "io/rivetevents/jdbc/";

	@TempDir
	Path folder;

	/** Returns an empty database. MySQL itself has not been tried. */
	private DataSource database(Dialect dialect) {
		return new DriverManagerDataSource(switch (dialect) {
			case POSTGRESQL -> DatabaseServer.postgresql().newDatabase();
			case MARIADB, MYSQL -> DatabaseServer.mariadb().newDatabase();
			case H2 -> "jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(UUID.randomUUID());
			case SQLITE -> "jdbc:sqlite:" + this.folder.resolve(UUID.randomUUID().toString());
		});
	}

	/** Repeatable, because numbers would have to fit between those of the application. */
	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL")
	void flywayCreatesTheTables(Dialect dialect) {
		DataSource database = database(dialect);
		Flyway flyway = flyway(database, "classpath:%sflyway/%s".formatted(FOLDER, dialect.platform()));
		assertThat(flyway.migrate().migrationsExecuted).isEqualTo(4);
		assertThat(flyway.migrate().migrationsExecuted).isZero();
		new JdbcSchema(database, JdbcSettings.defaults()).check();
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL")
	void liquibaseCreatesTheTables(Dialect dialect) throws SQLException, LiquibaseException {
		DataSource database = database(dialect);
		assertThat(liquibase(database, getClass().getClassLoader())).isEqualTo(4);
		assertThat(liquibase(database, getClass().getClassLoader())).isZero();
		new JdbcSchema(database, JdbcSettings.defaults()).check();
	}

	private static Flyway flyway(DataSource database, String location) {
		return Flyway.configure().dataSource(database).locations(location).load();
	}

	/** Returns the number of change sets that were executed. */
	private static int liquibase(DataSource database, ClassLoader resources) throws SQLException, LiquibaseException {
		try (Connection connection = database.getConnection();
				Liquibase liquibase = new Liquibase(FOLDER + "liquibase/changelog.yaml",
						new ClassLoaderResourceAccessor(resources), new JdbcConnection(connection))) {
			int unrun = liquibase.listUnrunChangeSets(new Contexts(), new LabelExpression()).size();
			liquibase.update(new Contexts());
			return unrun;
		}
	}

	/** How an application creates and updates the tables. */
	enum Way {

		FLYWAY, LIQUIBASE, AT_START

	}

	static Stream<Arguments> waysAndDialects() {
		return Stream.of(Way.values())
			.flatMap((way) -> Stream.of(Dialect.values())
				.filter((dialect) -> dialect != Dialect.MYSQL)
				.map((dialect) -> Arguments.of(way, dialect)));
	}

	/** With the scripts of that version, which must not be changed. */
	@ParameterizedTest
	@MethodSource("waysAndDialects")
	void updatesVersion1(Way way, Dialect dialect) throws Exception {
		DataSource database = database(dialect);
		createVersion1(way, dialect, database);
		updates(way, dialect, database, 1);
	}

	@ParameterizedTest
	@MethodSource("waysAndDialects")
	void updatesVersion2(Way way, Dialect dialect) throws Exception {
		DataSource database = database(dialect);
		createVersion1(way, dialect, database);
		updateToVersion2(way, dialect, database);
		updates(way, dialect, database, 2);
	}

	private void updates(Way way, Dialect dialect, DataSource database, int version) throws Exception {
		JdbcSchema schema = new JdbcSchema(database, JdbcSettings.defaults());
		StoredActor actor = storeSomething(database);
		assertThatThrownBy(schema::check).isInstanceOfSatisfying(SchemaVersionException.class, (ex) -> {
			assertThat(ex.found()).isEqualTo(Integer.toString(version));
			assertThat(ex.required()).isEqualTo("4");
			assertThat(ex).hasMessageEndingWith("The script %s updates them", ex.script());
			assertThat(getClass().getClassLoader().getResource(ex.script())).isNotNull();
		});
		switch (way) {
			case FLYWAY -> {
				Flyway flyway = flyway(database, "classpath:%sflyway/%s".formatted(FOLDER, dialect.platform()));
				assertThat(flyway.migrate().migrationsExecuted).isEqualTo(4 - version);
				assertThat(flyway.migrate().migrationsExecuted).isZero();
			}
			case LIQUIBASE -> {
				assertThat(liquibase(database, getClass().getClassLoader())).isEqualTo(4 - version);
				assertThat(liquibase(database, getClass().getClassLoader())).isZero();
			}
			case AT_START -> {
				schema.create();
				schema.create();
			}
		}
		schema.check();
		checkSomething(database, actor);
	}

	private void createVersion1(Way way, Dialect dialect, DataSource database) throws Exception {
		URL root = Objects.requireNonNull(getClass().getClassLoader().getResource("version-1/"));
		Path script = Path.of(root.toURI()).resolve(FOLDER + "schema-%s.sql".formatted(dialect.platform()));
		switch (way) {
			case FLYWAY -> {
				Files.copy(script, this.folder.resolve("R__rivet_events_1.sql"));
				assertThat(flyway(database, "filesystem:" + this.folder).migrate().migrationsExecuted).isOne();
			}
			case LIQUIBASE -> {
				try (URLClassLoader resources = new URLClassLoader(new URL[] { root }, null)) {
					assertThat(liquibase(database, resources)).isOne();
				}
			}
			case AT_START -> {
				for (String statement : Files.readString(script).split(";\n")) {
					execute(database, statement);
				}
			}
		}
	}

	/** With the script of that version, which is one of the present scripts. */
	private void updateToVersion2(Way way, Dialect dialect, DataSource database) throws Exception {
		String script = read("flyway/%s/R__rivet_events_2.sql".formatted(dialect.platform()));
		switch (way) {
			case FLYWAY -> {
				Files.writeString(this.folder.resolve("R__rivet_events_2.sql"), script);
				assertThat(flyway(database, "filesystem:" + this.folder).migrate().migrationsExecuted).isOne();
			}
			case LIQUIBASE -> {
				try (Connection connection = database.getConnection();
						Liquibase liquibase = new Liquibase(FOLDER + "liquibase/changelog.yaml",
								new ClassLoaderResourceAccessor(getClass().getClassLoader()),
								new JdbcConnection(connection))) {
					liquibase.update(1, new Contexts(), new LabelExpression());
				}
			}
			case AT_START -> {
				for (String statement : script.split(";\n")) {
					execute(database, statement);
				}
			}
		}
	}

	private StoredActor storeSomething(DataSource database) {
		StoredActor actor = StoredActor.builder("id", ActorAddress.of("room", "ä"))
			.version(1)
			.state("{}".getBytes(StandardCharsets.UTF_8))
			.build();
		try (JdbcActorStateStore store = new JdbcActorStateStore(database, JdbcSettings.defaults())) {
			store.initialize("stream-key", "secret");
			Instant later = Instant.now().plusSeconds(3600);
			store.commit(Change.of(actor, 0)
				.withEvents(List.of(new StoredEvent(1, 0, Instant.now(), later, "sent", "all", new byte[1])), List.of())
				.withAnswers(List.of(new StoredAnswer("key", later, new byte[2]))));
		}
		return actor;
	}

	private void checkSomething(DataSource database, StoredActor actor) {
		try (JdbcActorStateStore store = new JdbcActorStateStore(database, JdbcSettings.defaults())) {
			assertThat(store.load(actor.address())).usingRecursiveComparison().isEqualTo(actor);
			assertThat(store.events("id", 9)).hasSize(1);
			assertThat(store.answer("id", "key")).isNotNull();
			assertThat(store.initialize("stream-key", "other")).isEqualTo("secret");
		}
	}

	@ParameterizedTest
	@EnumSource
	void theScriptsAreTheSame(Dialect dialect) {
		String first = read("flyway/%s/R__rivet_events_1.sql".formatted(dialect.platform()));
		String second = read("flyway/%s/R__rivet_events_2.sql".formatted(dialect.platform()));
		String third = read("flyway/%s/R__rivet_events_3.sql".formatted(dialect.platform()));
		String fourth = read("flyway/%s/R__rivet_events_4.sql".formatted(dialect.platform()));
		assertThat(first).isEqualTo(read("schema-%s.sql".formatted(dialect.platform()), "version-1/" + FOLDER));
		assertThat(read("schema-%s.sql".formatted(dialect.platform())))
			.isEqualTo(first + withoutHead(second) + withoutHead(third) + withoutHead(fourth));
		assertThat(read("schema-mysql.sql")).isEqualTo(read("schema-mariadb.sql"));
	}

	private static String withoutHead(String script) {
		return script.replaceAll("(?m)^--.*\n+", "\n").replaceAll("\n{3,}", "\n");
	}

	private static String read(String name) {
		return read(name, FOLDER);
	}

	private static String read(String name, String folder) {
		try (var in = JdbcSchemaTests.class.getClassLoader().getResourceAsStream(folder + name)) {
			assertThat(in).as(name).isNotNull();
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "MARIADB", "H2" })
	void theTablesMayHaveASchemaOfTheirOwn(Dialect dialect) throws SQLException {
		DataSource database = database(dialect);
		String schema = "events_" + UUID.randomUUID().toString().substring(0, 8);
		execute(database, "create schema " + schema);
		JdbcSettings settings = new JdbcSettings(schema + ".my_", JdbcSettings.defaults().timeout());
		new JdbcSchema(database, settings).create();
		try (JdbcActorStateStore store = new JdbcActorStateStore(database, settings)) {
			ActorAddress address = ActorAddress.of("room");
			store.save(StoredActor.builder("id", address).version(1).build(), 0);
			assertThat(store.load(address)).isNotNull();
			execute(database, "select * from %s.my_actor".formatted(schema));
		}
	}

	private static void execute(DataSource database, String sql) throws SQLException {
		try (Connection connection = database.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL")
	void severalNodesMayCreateTheTables(Dialect dialect) {
		createByNodes(dialect, database(dialect));
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL")
	void severalNodesMayUpdateTheTables(Dialect dialect) throws Exception {
		DataSource database = database(dialect);
		createVersion1(Way.AT_START, dialect, database);
		createByNodes(dialect, database);
	}

	private static void createByNodes(Dialect dialect, DataSource database) {
		CompletableFuture<?>[] nodes = new CompletableFuture<?>[(dialect == Dialect.SQLITE) ? 1 : 4];
		for (int i = 0; i < nodes.length; i++) {
			nodes[i] = CompletableFuture.runAsync(() -> new JdbcSchema(database, JdbcSettings.defaults()).create());
		}
		CompletableFuture.allOf(nodes).join();
		new JdbcSchema(database, JdbcSettings.defaults()).check();
	}

	@Test
	void oneMissingTableIsNamedAndCreated() throws SQLException {
		DataSource database = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "", "");
		JdbcSchema schema = new JdbcSchema(database, JdbcSettings.defaults());
		schema.create();
		execute(database, "drop table rivet_answer");
		assertThatThrownBy(schema::check).isInstanceOf(MissingTablesException.class)
			.hasMessageContaining("no tables [rivet_answer]")
			.hasMessageContaining("The script io/rivetevents/jdbc/schema-h2.sql creates them");
		schema.create();
	}

	/** What a later version has changed is not known. */
	@Test
	void tablesOfALaterVersionAreNotTouched() throws SQLException {
		DataSource database = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "", "");
		JdbcSchema schema = new JdbcSchema(database, JdbcSettings.defaults());
		schema.create();
		execute(database, "drop table rivet_schedule");
		execute(database, "update rivet_meta set content = stringtoutf8('5')");
		assertThatThrownBy(schema::create).isInstanceOfSatisfying(SchemaVersionException.class, (ex) -> {
			assertThat(ex).hasMessageContaining("schema version 5").hasMessageEndingWith("requires 4");
			assertThat(ex.script()).isNull();
		});
		assertThatThrownBy(() -> execute(database, "select * from rivet_schedule")).isInstanceOf(SQLException.class);
	}

	@ParameterizedTest
	@ValueSource(strings = { "a;b", "a b", "a.b.c", "'", "a-" })
	void aPrefixThatIsNoNameIsRefused(String prefix) {
		assertThatThrownBy(() -> new JdbcSettings(prefix, JdbcSettings.defaults().timeout()))
			.isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining(prefix);
	}

}
