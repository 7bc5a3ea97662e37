/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsProperties;
import io.rivetevents.autoconfigure.RivetEventsProperties.InitializeSchema;
import io.rivetevents.jdbc.JdbcActorStateStore;
import io.rivetevents.jdbc.JdbcSchema;
import io.rivetevents.jdbc.JdbcSettings;
import io.rivetevents.jdbc.JdbcStateException;

/**
 * Auto-configuration of the store in the database of the application.
 */
@AutoConfiguration(before = RivetEventsAutoConfiguration.class,
		afterName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
@ConditionalOnBooleanProperty(name = "rivet.events.enabled", matchIfMissing = true)
@ConditionalOnClass(JdbcActorStateStore.class)
@ConditionalOnMissingBean(ActorStateStore.class)
@Conditional(RivetEventsJdbcAutoConfiguration.ChosenOrDefault.class)
@ImportRuntimeHints(RivetEventsJdbcAutoConfiguration.Hints.class)
public final class RivetEventsJdbcAutoConfiguration {

	private static final String STORE = "rivet.events.state.store";

	/** Most bytes of a key that fits an index together with namespace and name. */
	private static final long MAX_KEY_SIZE = 1024;

	/** Larger keys could be used by clients, but not be stored. */
	static void checkKeySize(RivetEventsProperties properties) {
		DataSize size = properties.actor().maxKeySize();
		if (size.toBytes() > MAX_KEY_SIZE) {
			throw new InvalidSettingException("rivet.events.actor.max-key-size", size,
					"a store in a database or a file keeps keys of at most 1KB",
					"Set rivet.events.actor.max-key-size to at most 1KB, or choose another store with " + STORE);
		}
	}

	@Bean
	StoreDatabase rivetStoreDatabase(@RivetDataSource ObjectProvider<DataSource> marked,
			ObjectProvider<DataSource> dataSources, ListableBeanFactory beanFactory, RivetEventsProperties properties) {
		DataSource found = marked.getIfUnique(dataSources::getIfUnique);
		if (found == null) {
			throw noDataSource((properties.state().store() != null) ? "jdbc" : null,
					beanFactory.getBeanNamesForType(DataSource.class));
		}
		return new StoreDatabase(StoreDataSource.of(found));
	}

	/** Flyway and Liquibase create the tables before. */
	@Bean
	@DependsOnDatabaseInitialization
	JdbcActorStateStore rivetJdbcActorStateStore(StoreDatabase database, RivetEventsProperties properties,
			ObjectProvider<Clock> clock) {
		checkKeySize(properties);
		return store(database.dataSource(), properties.state().jdbc(), clock.getIfUnique(Clock::systemUTC));
	}

	private static RuntimeException noDataSource(@Nullable String store, String... names) {
		return (names.length == 0)
				? new InvalidSettingException(STORE, store, "a DataSource is missing",
						"Add the dependency org.springframework.boot:spring-boot-starter-jdbc and the driver of the"
								+ " database, and set spring.datasource.url")
				: new InvalidSettingException(STORE, store, "there are several DataSources: " + List.of(names),
						"Annotate one of them with @RivetDataSource, or make it @Primary");
	}

	private static JdbcActorStateStore store(DataSource dataSource, RivetEventsProperties.Jdbc properties,
			Clock clock) {
		JdbcSettings settings = settings(properties);
		JdbcSchema schema = new JdbcSchema(dataSource, settings);
		if (isCreated(properties.initializeSchema(), dataSource)) {
			schema.create();
		}
		else {
			schema.check();
		}
		H2Durability.check(dataSource);
		return new JdbcActorStateStore(dataSource, settings, clock);
	}

	static JdbcSettings settings(RivetEventsProperties.Jdbc properties) {
		try {
			return new JdbcSettings(properties.tablePrefix(), JdbcSettings.defaults().timeout());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException("rivet.events.state.jdbc.table-prefix", properties.tablePrefix(),
					"it must consist of letters, digits and underscores, after the name of a schema and a dot if needed",
					"Set rivet.events.state.jdbc.table-prefix to a prefix such as rivet_ or chat.rivet_");
		}
	}

	private static boolean isCreated(InitializeSchema when, DataSource dataSource) {
		return when == InitializeSchema.ALWAYS || (when == InitializeSchema.EMBEDDED && isEmbedded(dataSource));
	}

	/** As Spring Boot does: a database in the memory of this process. */
	private static boolean isEmbedded(DataSource dataSource) {
		try (Connection connection = dataSource.getConnection()) {
			String url = connection.getMetaData().getURL();
			return url != null && url.startsWith("jdbc:h2:mem:");
		}
		catch (SQLException ex) {
			throw new JdbcStateException("The database cannot be used: " + ex.getMessage(), ex);
		}
	}

	/**
	 * The database of the store. No bean of type {@code DataSource}, of which the
	 * application may have several.
	 *
	 * @param dataSource has its connections
	 */
	public record StoreDatabase(DataSource dataSource) {
	}

	/** The property names this store; or no store, and there is one suitable database. */
	static final class ChosenOrDefault extends AnyNestedCondition {

		ChosenOrDefault() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnProperty(name = STORE, havingValue = "jdbc")
		static class Chosen {

		}

		@Conditional(NotChosen.class)
		@ConditionalOnSingleCandidate(DataSource.class)
		static class OneDataSource {

		}

		@Conditional({ NotChosen.class, OnMarkedDataSource.class })
		static class MarkedDataSource {

		}

	}

	static final class NotChosen implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			return !StringUtils.hasText(context.getEnvironment().getProperty(STORE));
		}

	}

	/** Unlike {@code @ConditionalOnBean}, with beans that are no default candidates. */
	static final class OnMarkedDataSource implements ConfigurationCondition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ListableBeanFactory beanFactory = context.getBeanFactory();
			return beanFactory != null && beanFactory.getBeanNamesForAnnotation(RivetDataSource.class).length > 0;
		}

		@Override
		public ConfigurationPhase getConfigurationPhase() {
			return ConfigurationPhase.REGISTER_BEAN;
		}

	}

	/** Flyway and Liquibase have hints for scripts in their default directories only. */
	static final class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.resources()
				.registerPattern("io/rivetevents/jdbc/schema-*.sql")
				.registerPattern("io/rivetevents/jdbc/flyway/*/*.sql")
				.registerPattern("io/rivetevents/jdbc/liquibase/changelog.yaml");
		}

	}

}
