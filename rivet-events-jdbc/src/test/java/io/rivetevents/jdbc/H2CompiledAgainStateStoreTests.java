/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.junit.jupiter.api.AfterEach;
import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The store while another session of H2 changes tables or settings all the time, as new
 * connections of a pool do whose URL has settings. H2 then compiles a prepared statement
 * again before it executes it, with its parameters, and refuses some types of parameters
 * that it accepts otherwise.
 */
class H2CompiledAgainStateStoreTests extends H2ActorStateStoreTests {

	private final AtomicInteger changes = new AtomicInteger();

	@Override
	DataSource emptyDatabase() {
		return new ChangingDataSource(super.emptyDatabase());
	}

	@AfterEach
	void someStatementsHaveBeenCompiledAgain() {
		assertThat(this.changes).hasPositiveValue();
	}

	/** A change of a setting before each execution of a prepared statement. */
	private final class ChangingDataSource extends DelegatingDataSource {

		ChangingDataSource(DataSource target) {
			super(target);
		}

		@Override
		public Connection getConnection() throws SQLException {
			Connection connection = super.getConnection();
			return proxy(Connection.class, (proxy, method, args) -> {
				Object result = invoke(connection, method, args);
				return (result instanceof PreparedStatement statement) ? changing(statement) : result;
			});
		}

		private PreparedStatement changing(PreparedStatement statement) {
			return proxy(PreparedStatement.class, (proxy, method, args) -> {
				if (method.getName().startsWith("execute")) {
					change();
				}
				return invoke(statement, method, args);
			});
		}

		private void change() throws SQLException {
			try (Connection connection = super.getConnection(); Statement statement = connection.createStatement()) {
				statement.execute("set WRITE_DELAY 0");
				H2CompiledAgainStateStoreTests.this.changes.incrementAndGet();
			}
		}

		private static <T> T proxy(Class<T> type, InvocationHandler handler) {
			return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, handler));
		}

		private static Object invoke(Object target, Method method, Object[] args) throws Throwable {
			try {
				return method.invoke(target, args);
			}
			catch (InvocationTargetException ex) {
				throw ex.getTargetException();
			}
		}

	}

}
