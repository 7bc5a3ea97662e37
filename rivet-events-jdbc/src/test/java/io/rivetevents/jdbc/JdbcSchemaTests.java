/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import javax.sql.DataSource;

import liquibase.Contexts;
import liquibase.Liquibase;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.LiquibaseException;
import liquibase.resource.ClassLoaderResourceAccessor;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.StoredActor;

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
		Flyway flyway = Flyway.configure()
			.dataSource(database)
			.locations("classpath:%sflyway/%s".formatted(FOLDER, dialect.platform()))
			.load();
		assertThat(flyway.migrate().migrationsExecuted).isEqualTo(1);
		assertThat(flyway.migrate().migrationsExecuted).isZero();
		new JdbcSchema(database, JdbcSettings.defaults()).check();
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL")
	void liquibaseCreatesTheTables(Dialect dialect) throws SQLException, LiquibaseException {
		DataSource database = database(dialect);
		for (int i = 0; i < 2; i++) {
			try (Connection connection = database.getConnection();
					Liquibase liquibase = new Liquibase(FOLDER + "liquibase/changelog.yaml",
							new ClassLoaderResourceAccessor(), new JdbcConnection(connection))) {
				liquibase.update(new Contexts());
			}
		}
		new JdbcSchema(database, JdbcSettings.defaults()).check();
	}

	@ParameterizedTest
	@EnumSource
	void theScriptsAreTheSame(Dialect dialect) {
		assertThat(read("flyway/%s/R__rivet_events_1.sql".formatted(dialect.platform())))
			.isEqualTo(read("schema-%s.sql".formatted(dialect.platform())));
		assertThat(read("liquibase/changelog.yaml")).contains("schema-%s.sql".formatted(dialect.platform()));
		assertThat(read("schema-mysql.sql")).isEqualTo(read("schema-mariadb.sql"));
	}

	private static String read(String name) {
		try (var in = JdbcSchemaTests.class.getClassLoader().getResourceAsStream(FOLDER + name)) {
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
		DataSource database = database(dialect);
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

	@ParameterizedTest
	@ValueSource(strings = { "a;b", "a b", "a.b.c", "'", "a-" })
	void aPrefixThatIsNoNameIsRefused(String prefix) {
		assertThatThrownBy(() -> new JdbcSettings(prefix, JdbcSettings.defaults().timeout()))
			.isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining(prefix);
	}

}
