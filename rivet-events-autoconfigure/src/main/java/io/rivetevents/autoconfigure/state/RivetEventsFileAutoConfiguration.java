/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsProperties;
import io.rivetevents.jdbc.JdbcActorStateStore;
import io.rivetevents.jdbc.JdbcSchema;
import io.rivetevents.jdbc.JdbcSettings;
import io.rivetevents.jdbc.sqlite.SqliteDataSource;

/**
 * Auto-configuration of the store in a file.
 */
@AutoConfiguration(before = RivetEventsAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "rivet.events.enabled", matchIfMissing = true)
@ConditionalOnProperty(name = "rivet.events.state.store", havingValue = "file")
@ConditionalOnClass(value = JdbcActorStateStore.class, name = "org.sqlite.JDBC")
@ConditionalOnMissingBean(ActorStateStore.class)
@ImportRuntimeHints(RivetEventsFileAutoConfiguration.Hints.class)
public final class RivetEventsFileAutoConfiguration {

	@Bean
	StoreFile rivetStoreFile(RivetEventsProperties properties) {
		return new StoreFile(SqliteDataSource.open(path(properties.state().file().path())));
	}

	private static Path path(String file) {
		try {
			return Path.of(file);
		}
		catch (InvalidPathException ex) {
			throw new InvalidSettingException("rivet.events.state.file.path", file, ex.getReason(),
					"Set rivet.events.state.file.path to the path of a file");
		}
	}

	@Bean
	JdbcActorStateStore rivetFileActorStateStore(StoreFile file, RivetEventsProperties properties,
			ObjectProvider<Clock> clock) {
		RivetEventsJdbcAutoConfiguration.checkKeySize(properties);
		new JdbcSchema(file.database(), JdbcSettings.defaults()).create();
		return new JdbcActorStateStore(file.database(), JdbcSettings.defaults(), clock.getIfUnique(Clock::systemUTC));
	}

	/**
	 * Closes the file, after the store. No bean of type {@code DataSource}, which would
	 * change what Spring Boot configures for the application.
	 *
	 * @param database the file
	 */
	record StoreFile(SqliteDataSource database) implements AutoCloseable {

		@Override
		public void close() {
			this.database.close();
		}

	}

	static final class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.resources().registerPattern("io/rivetevents/jdbc/schema-sqlite.sql");
			hints.proxies().registerJdkProxy(Connection.class);
		}

	}

}
