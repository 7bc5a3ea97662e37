/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.file.Path;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.jdbc.JdbcActorStateStore;
import io.rivetevents.jdbc.JdbcSchema;
import io.rivetevents.jdbc.JdbcSettings;
import io.rivetevents.jdbc.sqlite.SqliteDataSource;
import io.rivetevents.test.store.ActorStateStoreFactory;

/** Opens stores in databases, and creates their tables. */
final class JdbcStores {

	private JdbcStores() {
	}

	/** Opens the database of a URL; the store closes its pool. */
	public static final class Database implements ActorStateStoreFactory {

		@Override
		public ActorStateStore open(String location) {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(location);
			return new ClosingStore(pool, pool);
		}

	}

	/** Opens a file of SQLite, which the store closes. */
	public static final class SqliteFile implements ActorStateStoreFactory {

		@Override
		public ActorStateStore open(String location) {
			SqliteDataSource file = SqliteDataSource.open(Path.of(location));
			return new ClosingStore(file, file);
		}

	}

	private static final class ClosingStore extends DelegatingActorStateStore implements AutoCloseable {

		private final AutoCloseable connections;

		ClosingStore(DataSource dataSource, AutoCloseable connections) {
			super(store(dataSource));
			this.connections = connections;
		}

		private static JdbcActorStateStore store(DataSource dataSource) {
			new JdbcSchema(dataSource, JdbcSettings.defaults()).create();
			return new JdbcActorStateStore(dataSource, JdbcSettings.defaults());
		}

		@Override
		public void close() throws Exception {
			((JdbcActorStateStore) delegate()).close();
			this.connections.close();
		}

	}

}
