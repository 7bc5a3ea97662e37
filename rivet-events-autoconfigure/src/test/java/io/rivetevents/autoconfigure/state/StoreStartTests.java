/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import javax.sql.DataSource;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.Mockito;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import redis.embedded.RedisServer;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.extension.Identity;
import io.rivetevents.jdbc.DatabaseServer;
import io.rivetevents.transport.StreamSecrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Starts of applications with a store: what is there after a restart, and what is written
 * for a developer when the store cannot be used.
 */
@ExtendWith(OutputCaptureExtension.class)
class StoreStartTests {

	private static final String ALWAYS = "rivet.events.state.jdbc.initialize-schema=always";

	@TempDir
	private Path folder;

	private String file;

	private String database;

	@BeforeEach
	void nameFiles() {
		this.file = "rivet.events.state.file.path=" + this.folder.resolve("data/rivet.db");
		this.database = "spring.datasource.url=jdbc:h2:file:" + this.folder.resolve("h2") + ";USER=sa";
	}

	@Test
	void findsItsInstancesInAFile() {
		survives("rivet.events.state.store=file", this.file);
	}

	@Test
	void findsItsInstancesInH2() {
		survives(this.database, ALWAYS);
	}

	@Test
	void findsItsInstancesInPostgresql() {
		survives("spring.datasource.url=" + DatabaseServer.postgresql().newDatabase(), ALWAYS);
	}

	@Test
	void findsItsInstancesInRedis() throws IOException {
		int port = freePort();
		RedisServer redis = RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting("save \"\"").build();
		redis.start();
		try {
			survives("rivet.events.state.store=redis", "spring.data.redis.port=" + port,
					"rivet.events.state.redis.prefix=chat:");
		}
		finally {
			redis.stop();
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	private void survives(String... properties) {
		String secret;
		try (ConfigurableApplicationContext context = application(WebApplicationType.REACTIVE, properties).run()) {
			assertThat(call(context, "durable", "addNow")).isEqualTo(1);
			assertThat(call(context, "changed", "add")).isEqualTo(1);
			secret = context.getBean(StreamSecrets.class).of("s", Identity.ANONYMOUS);
		}
		// what was changed a moment before the end was saved, and only then the store
		// closed
		try (ConfigurableApplicationContext context = application(WebApplicationType.REACTIVE, properties).run()) {
			assertThat(call(context, "durable", "addNow")).isEqualTo(2);
			assertThat(call(context, "changed", "add")).isEqualTo(2);
			assertThat(context.getBean(StreamSecrets.class).isSecret(secret, "s", Identity.ANONYMOUS)).isTrue();
		}
	}

	@Test
	void reportsMissingTables(CapturedOutput output) {
		fails(output, List.of("rivet_actor", "io/rivetevents/jdbc/schema-h2.sql", "Let Flyway or Liquibase",
				"initialize-schema=always"), this.database);
	}

	@Test
	void reportsALaterSchemaVersion(CapturedOutput output) throws SQLException {
		setSchemaVersion("99");
		fails(output, List.of("schema version 99", "requires 4", "Use the version of rivet-events"), this.database,
				ALWAYS);
	}

	@Test
	void reportsTablesOfVersion1(CapturedOutput output) throws SQLException {
		setSchemaVersion("1");
		fails(output, List.of("schema version 1 ",
				"requires 4. The script io/rivetevents/jdbc/schema-h2.sql updates them", "initialize-schema=always"),
				this.database);
		survives(this.database, ALWAYS);
	}

	private void setSchemaVersion(String version) throws SQLException {
		application(WebApplicationType.NONE, this.database, ALWAYS).run().close();
		try (Connection connection = DriverManager
			.getConnection(this.database.substring(this.database.indexOf('=') + 1));
				Statement statement = connection.createStatement()) {
			statement.execute("update rivet_meta set content = stringtoutf8('%s')".formatted(version));
		}
	}

	@Test
	void reportsADatabaseThatIsAway(CapturedOutput output) {
		fails(output, List.of("Instances cannot be stored", "Check that the database runs", "spring.datasource"),
				"spring.datasource.url=jdbc:postgresql://127.0.0.1:1/none",
				"spring.datasource.hikari.connection-timeout=250");
	}

	@Test
	void reportsADatabaseThatIsNotSupported(CapturedOutput output) {
		fails(output, List.of("Oracle is not supported", "PostgreSQL", "rivet.events.state.store"),
				"spring.main.sources=" + Unsupported.class.getName());
	}

	@Test
	void reportsAFileThatIsInUse(CapturedOutput output) {
		String[] properties = { "rivet.events.state.store=file", this.file };
		try (ConfigurableApplicationContext first = application(WebApplicationType.NONE, properties).run()) {
			assertThat(call(first, "k", "addNow")).isEqualTo(1);
			fails(output, List.of("data/rivet.db cannot be used: another process uses it",
					"Set rivet.events.state.file.path"), properties);
			assertThat(call(first, "k", "addNow")).isEqualTo(2);
		}
	}

	@Test
	void reportsAFileThatIsNoDatabase(CapturedOutput output) throws IOException {
		Path text = Files.writeString(this.folder.resolve("text"), "This is a text. ".repeat(100));
		fails(output, List.of("is not an SQLite database"), "rivet.events.state.store=file",
				"rivet.events.state.file.path=" + text);
	}

	@Test
	void reportsARedisThatIsAway(CapturedOutput output) {
		fails(output, List.of("Instances cannot be stored", "Check that Redis runs", "spring.data.redis"),
				"rivet.events.state.store=redis", "spring.data.redis.port=1");
	}

	@Test
	void reportsAMissingPasswordOfRedis(CapturedOutput output) throws IOException {
		failsWithRedis(output, "requirepass x", "NOAUTH");
	}

	@Test
	void reportsAMissingPermissionOfRedisOnce(CapturedOutput output) throws IOException {
		failsWithRedis(output, "user default on nopass ~* &* +@all -get", "NOPERM");
		String report = output.getAll().substring(output.getAll().indexOf("APPLICATION FAILED TO START"));
		assertThat(report.split("NOPERM")).hasSize(2);
	}

	private static void failsWithRedis(CapturedOutput output, String setting, String error) throws IOException {
		int port = freePort();
		RedisServer redis = RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting(setting).build();
		redis.start();
		try {
			fails(output, List.of(error, "spring.data.redis"), "rivet.events.state.store=redis",
					"spring.data.redis.port=" + port);
		}
		finally {
			redis.stop();
		}
	}

	@Test
	void reportsAStoreThatDoesNotExist(CapturedOutput output) {
		fails(output, List.of("rivet.events.state.store", "memory, file, jdbc, redis"),
				"rivet.events.state.store=rabbit");
	}

	private static void fails(CapturedOutput output, List<String> texts, String... properties) {
		assertThatException().isThrownBy(application(WebApplicationType.NONE, properties)::run);
		assertThat(output).contains("APPLICATION FAILED TO START").contains(texts).doesNotContain("\tat ");
	}

	private static SpringApplicationBuilder application(WebApplicationType type, String... properties) {
		return new SpringApplicationBuilder(Application.class).bannerMode(Banner.Mode.OFF)
			.web(type)
			.properties("server.port=0", "spring.flyway.enabled=false", "rivet.events.actor.save-interval=1h",
					"rivet.events.shutdown.spread=0s")
			.properties(properties);
	}

	private static int call(ConfigurableApplicationContext context, String key, String action) {
		return context.getBean(Actors.class).getOrCreate("counter", key).call(action, Integer.class).block();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Counter.class)
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	static class Unsupported {

		@Bean
		DataSource dataSource() throws SQLException {
			DataSource dataSource = Mockito.mock(DataSource.class, Mockito.RETURNS_DEEP_STUBS);
			Mockito.when(dataSource.getConnection().getMetaData().getDatabaseProductName()).thenReturn("Oracle");
			return dataSource;
		}

	}

	@Actor("counter")
	static class Counter {

		@CreateState
		Count createState() {
			return new Count();
		}

		@Action(durable = true)
		int addNow(ActorContext<Count, Void> c) {
			return ++c.state().value;
		}

		@Action
		int add(ActorContext<Count, Void> c) {
			return ++c.state().value;
		}

	}

	static final class Count {

		public int value;

	}

}
