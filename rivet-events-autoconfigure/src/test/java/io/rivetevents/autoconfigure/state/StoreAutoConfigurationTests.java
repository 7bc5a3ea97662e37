/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

import javax.sql.DataSource;

import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsChecksAutoConfiguration;
import io.rivetevents.jdbc.JdbcActorStateStore;
import io.rivetevents.jdbc.MissingTablesException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which store an application has.
 */
@ExtendWith(OutputCaptureExtension.class)
class StoreAutoConfigurationTests {

	private static final StoredActor ACTOR = StoredActor.builder("id", ActorAddress.of("room", "a")).version(1).build();

	@TempDir
	private static Path folder;

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class,
				RivetEventsChecksAutoConfiguration.class, RivetEventsJdbcAutoConfiguration.class,
				RivetEventsFileAutoConfiguration.class, RivetEventsRedisStoreAutoConfiguration.class));

	private final ApplicationContextRunner withDatabase = this.contextRunner
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
		.withPropertyValues("spring.datasource.generate-unique-name=true");

	@Test
	void isMemoryByDefaultAndSaysSo(CapturedOutput output) {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(MemoryActorStateStore.class));
		assertThat(output).containsOnlyOnce("Instances are stored in memory")
			.contains("rivet.events.state.store to file, jdbc or redis");
	}

	@Test
	void isMemoryIfThatIsSet(CapturedOutput output) {
		this.withDatabase.withPropertyValues("rivet.events.state.store=memory")
			.run((context) -> assertThat(context).hasSingleBean(MemoryActorStateStore.class));
		assertThat(output).doesNotContain("Instances are stored in memory");
	}

	@Test
	void isTheDatabaseByDefaultIfThereIsOne(CapturedOutput output) {
		this.withDatabase.run((context) -> {
			assertThat(context).hasSingleBean(ActorStateStore.class).hasSingleBean(JdbcActorStateStore.class);
			assertThat(tables(context.getBean(DataSource.class))).isEqualTo(7);
		});
		assertThat(output).doesNotContain("Instances are stored in memory");
	}

	@Test
	void isMemoryWithoutTheModule() {
		this.withDatabase.withClassLoader(new FilteredClassLoader("io.rivetevents.jdbc"))
			.run((context) -> assertThat(context).hasSingleBean(MemoryActorStateStore.class));
	}

	@Test
	void isMemoryIfDatabasesAreAmbiguous() {
		this.contextRunner.withUserConfiguration(TwoDatabases.class)
			.run((context) -> assertThat(context).hasSingleBean(MemoryActorStateStore.class));
	}

	@Test
	void isThePrimaryDatabase() {
		this.contextRunner.withUserConfiguration(OnePrimary.class)
			.run((context) -> assertThat(tables(context.getBean(DataSource.class))).isEqualTo(7));
	}

	@Test
	void isADatabaseWithoutTheModulesOfSpringBootForDatabases() {
		this.contextRunner.withUserConfiguration(OnePrimary.class)
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.sql", "org.springframework.boot.jdbc",
					"org.springframework.jdbc"))
			.run((context) -> assertThat(context).hasSingleBean(JdbcActorStateStore.class));
	}

	@Test
	void isTheMarkedDatabaseNextToThatOfTheApplication() {
		this.withDatabase.withUserConfiguration(MarkedDatabase.class).run((context) -> {
			assertThat(context).hasSingleBean(JdbcActorStateStore.class);
			assertThat(tables(context.getBean("actorDataSource", DataSource.class))).isEqualTo(7);
			assertThat(tables(context.getBean("dataSource", DataSource.class))).isZero();
		});
		this.contextRunner.withUserConfiguration(MarkedDatabase.class)
			.run((context) -> assertThat(context).hasSingleBean(JdbcActorStateStore.class));
	}

	@Test
	void takesNoPartInTransactionsOfTheApplication() {
		DataSource proxy = new TransactionAwareDataSourceProxy(
				new TransactionAwareDataSourceProxy(new LazyConnectionDataSourceProxy(database("proxy"))));
		this.contextRunner.withBean(DataSource.class, () -> proxy).run((context) -> {
			ActorStateStore store = context.getBean(ActorStateStore.class);
			JdbcTemplate application = new JdbcTemplate(proxy);
			application.execute("create table mine (id int)");
			new TransactionTemplate(new JdbcTransactionManager(proxy)).executeWithoutResult((status) -> {
				application.update("insert into mine values (1)");
				store.save(ACTOR, 0);
				assertThat(store.load(ACTOR.address())).isNotNull();
				status.setRollbackOnly();
			});
			assertThat(store.load(ACTOR.address())).isNotNull();
			assertThat(application.queryForObject("select count(*) from mine", Integer.class)).isZero();
		});
	}

	@Test
	void refusesADatabaseThatHidesTransactionsOfTheApplication() {
		DataSource proxy = new DelegatingDataSource(new TransactionAwareDataSourceProxy(database("hidden")));
		this.contextRunner.withBean(DataSource.class, () -> proxy)
			.run((context) -> assertFails(context, "TransactionAwareDataSourceProxy", "@RivetDataSource"));
	}

	@Test
	void warnsOfAFileOfH2ThatIsWrittenLater(CapturedOutput output) {
		ApplicationContextRunner runner = this.withDatabase
			.withPropertyValues("rivet.events.state.jdbc.initialize-schema=always");
		runner.run((context) -> assertThat(context).hasNotFailed());
		runner.withPropertyValues("spring.datasource.url=jdbc:h2:%s;WRITE_DELAY=0".formatted(folder.resolve("now")))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("WRITE_DELAY");
		runner.withPropertyValues("spring.datasource.url=jdbc:h2:" + folder.resolve("later"))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce("Append ;WRITE_DELAY=0 to its URL")
			.contains("jdbc:h2:%s writes a commit up to 500 ms later".formatted(folder.resolve("later")));
	}

	@Test
	void isThatOfTheApplicationWhateverIsSet() {
		this.withDatabase.withBean("own", ActorStateStore.class, MemoryActorStateStore::new)
			.withPropertyValues("rivet.events.state.store=jdbc")
			.run((context) -> assertThat(context).hasSingleBean(ActorStateStore.class).hasBean("own"));
	}

	@Test
	void refusesKeysThatNoDatabaseKeeps() {
		this.withDatabase.withPropertyValues("rivet.events.actor.max-key-size=2KB")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("rivet.events.actor.max-key-size")
				.hasMessageContaining("at most 1KB"));
		this.contextRunner
			.withPropertyValues("rivet.events.actor.max-key-size=2KB", "rivet.events.state.store=file",
					"rivet.events.state.file.path=" + folder.resolve("keys.db"))
			.run((context) -> assertThat(context).hasFailed());
		this.contextRunner.withPropertyValues("rivet.events.actor.max-key-size=2KB")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void hasTheTablesThatFlywayCreates() {
		this.withDatabase.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
			.withPropertyValues("rivet.events.state.jdbc.initialize-schema=never",
					"spring.flyway.locations=classpath:io/rivetevents/jdbc/flyway/{vendor}")
			.run((context) -> assertThat(context).hasSingleBean(JdbcActorStateStore.class));
	}

	@Test
	void hasOtherTableNames() {
		this.withDatabase.withPropertyValues("rivet.events.state.jdbc.table-prefix=chat_")
			.run((context) -> assertThat(count(context.getBean(DataSource.class), "CHAT\\_%")).isEqualTo(7));
		this.withDatabase.withPropertyValues("rivet.events.state.jdbc.table-prefix=a;b")
			.run((context) -> assertFails(context, "rivet.events.state.jdbc.table-prefix", "letters, digits"));
	}

	@Test
	void createsNoTablesUnlessItMay() {
		this.withDatabase.withPropertyValues("rivet.events.state.jdbc.initialize-schema=never")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.satisfies(
						(failure) -> assertThat(context.getStartupFailure()).hasRootCauseInstanceOf(failure.getClass())
							.hasStackTraceContaining(MissingTablesException.class.getName())));
		String file = "spring.datasource.url=jdbc:h2:file:" + folder.resolve("database");
		this.withDatabase.withPropertyValues(file)
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining(MissingTablesException.class.getName()));
		this.withDatabase.withPropertyValues(file, "rivet.events.state.jdbc.initialize-schema=always")
			.run((context) -> assertThat(context).hasSingleBean(JdbcActorStateStore.class));
		this.withDatabase.withPropertyValues(file).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void isAFileInAnApplicationWithoutADatabase() {
		Path file = folder.resolve("new/rivet.db");
		this.contextRunner.withPropertyValues("rivet.events.state.store=file", "rivet.events.state.file.path=" + file)
			.run((context) -> assertThat(context).hasSingleBean(JdbcActorStateStore.class)
				.doesNotHaveBean(DataSource.class));
		assertThat(file).isNotEmptyFile();
	}

	@Test
	void saysWhatIsMissingForADatabase() {
		ApplicationContextRunner runner = this.contextRunner.withPropertyValues("rivet.events.state.store=jdbc");
		runner.withClassLoader(new FilteredClassLoader("io.rivetevents.jdbc"))
			.run((context) -> assertFails(context, "io.rivetevents:rivet-events-jdbc"));
		runner.run((context) -> assertFails(context, "spring-boot-starter-jdbc", "spring.datasource.url"));
		runner.withUserConfiguration(TwoDatabases.class)
			.run((context) -> assertFails(context, "[first, second]", "@RivetDataSource", "@Primary"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "org.sqlite", "io.rivetevents.jdbc" })
	void saysWhatIsMissingForAFile(String missing) {
		this.contextRunner.withPropertyValues("rivet.events.state.store=file")
			.withClassLoader(new FilteredClassLoader(missing))
			.run((context) -> assertFails(context, "io.rivetevents:rivet-events-file"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.rivetevents.redis", "org.springframework.data.redis" })
	void saysWhatIsMissingForRedis(String missing) {
		this.contextRunner.withPropertyValues("rivet.events.state.store=redis")
			.withClassLoader(new FilteredClassLoader(missing))
			.run((context) -> assertFails(context, "io.rivetevents:rivet-events-redis"));
	}

	@Test
	void saysWhatIsWrongWithRedis() {
		ApplicationContextRunner runner = this.contextRunner.withPropertyValues("rivet.events.state.store=redis");
		runner.run((context) -> assertFails(context, "LettuceConnectionFactory", "spring.data.redis"));
		runner.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
			.withPropertyValues("rivet.events.state.redis.prefix=a{b}")
			.run((context) -> assertFails(context, "rivet.events.state.redis.prefix", "'{'"));
	}

	@Test
	void doesNothingWhenDisabled() {
		this.withDatabase.withPropertyValues("rivet.events.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ActorStateStore.class));
	}

	@Test
	void hasItsScriptsInANativeImage() throws IOException {
		RuntimeHints hints = new RuntimeHints();
		new RivetEventsJdbcAutoConfiguration.Hints().registerHints(hints, null);
		new RivetEventsFileAutoConfiguration.Hints().registerHints(hints, null);
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(Connection.class)).accepts(hints);
		assertThat(scripts()).hasSizeGreaterThan(10)
			.allSatisfy((script) -> assertThat(RuntimeHintsPredicates.resource().forResource(script)).accepts(hints));
	}

	/** All resources of the module. */
	private static List<String> scripts() throws IOException {
		String module = "io/rivetevents/jdbc/";
		return Stream
			.of(new PathMatchingResourcePatternResolver().getResources("classpath*:%s**/*.*".formatted(module)))
			.map((found) -> found.toString().replaceFirst(".*" + module, module).replace("]", ""))
			.filter((name) -> name.endsWith(".sql") || name.endsWith(".yaml"))
			.toList();
	}

	private static void assertFails(AssertableApplicationContext context, String... parts) {
		assertThat(context).getFailure()
			.rootCause()
			.satisfies((failure) -> assertThat(failure.getMessage()).contains(parts));
	}

	private static int tables(DataSource dataSource) throws SQLException {
		return count(dataSource, "RIVET\\_%");
	}

	private static int count(DataSource dataSource, String pattern) throws SQLException {
		try (Connection connection = dataSource.getConnection();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery(
						"select count(*) from information_schema.tables where table_name like '" + pattern + "'")) {
			row.next();
			return row.getInt(1);
		}
	}

	private static DataSource database(String name) {
		JdbcDataSource database = new JdbcDataSource();
		database.setURL("jdbc:h2:mem:" + name + System.nanoTime() + ";DB_CLOSE_DELAY=-1");
		return database;
	}

	@Configuration(proxyBeanMethods = false)
	static class TwoDatabases {

		@Bean
		DataSource first() {
			return database("first");
		}

		@Bean
		DataSource second() {
			return database("second");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OnePrimary {

		@Bean
		@Primary
		DataSource first() {
			return database("first");
		}

		@Bean
		DataSource second() {
			return database("second");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class MarkedDatabase {

		@Bean(defaultCandidate = false)
		@RivetDataSource
		DataSource actorDataSource() {
			return database("actors");
		}

	}

}
