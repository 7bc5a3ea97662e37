/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Objects;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Takes connections from the {@link DataSource} and returns them as they were. A
 * connection is read-write, so that a {@code DataSource} with replicas uses the primary,
 * and waits for the database no longer than the timeout. Safe for use by several threads.
 * Public for the outbox.
 */
public final class Connections {

	/**
	 * After a restart of the database, connections of a pool may be closed without
	 * notice.
	 */
	private static final int MAX_ATTEMPTS = 3;

	private final DataSource dataSource;

	private final int timeout;

	private volatile @Nullable Database database;

	/** Transactions of the application that threads use. */
	private final ThreadLocal<@Nullable Joined> joined = new ThreadLocal<>();

	/**
	 * Creates an instance.
	 * @param dataSource has the connections
	 * @param timeout longest time to wait for an answer of the database
	 */
	public Connections(DataSource dataSource, Duration timeout) {
		this.dataSource = dataSource;
		this.timeout = Math.toIntExact(Math.min(timeout.toMillis(), Integer.MAX_VALUE));
	}

	/**
	 * What is the same for all connections, read from the first one.
	 *
	 * @param dialect what the database does differently
	 * @param isolation level of transactions, as in {@link Connection}
	 * @param idleLimit seconds without a statement after which it ends a transaction, 0
	 * for no limit
	 */
	private record Database(Dialect dialect, int isolation, int idleLimit) {

		static Database of(Connection connection) throws SQLException {
			Dialect dialect = Dialect.of(connection);
			int idleLimit = dialect.limitsSessions() ? Dialect.idleLimit(connection) : 0;
			return new Database(dialect, connection.getTransactionIsolation(), idleLimit);
		}

		/**
		 * Returns whether transactions get a limit: it is longer than this one, or there
		 * is none.
		 */
		boolean isTooPatient() {
			return this.dialect.limitsSessions() && (this.idleLimit == 0 || this.idleLimit > Dialect.IDLE_SECONDS);
		}

		/**
		 * Returns whether transactions get a lower level. A higher one only adds
		 * conflicts: each update names the version that it replaces.
		 */
		boolean isTooStrict() {
			return this.isolation > Connection.TRANSACTION_READ_COMMITTED && this.dialect != Dialect.SQLITE;
		}

	}

	/**
	 * Work with a connection.
	 *
	 * @param <T> its result
	 */
	interface Work<T> {

		@Nullable T apply(Session session) throws SQLException;

	}

	/**
	 * Reads something that may not exist, in no transaction.
	 * @param what what is read, for the message of a failure
	 * @throws JdbcStateException if the database cannot be used
	 */
	<T> @Nullable T find(String what, Work<T> work) {
		return apply(what + " could not be read", work);
	}

	private <T> @Nullable T apply(String problem, Work<T> work) {
		Joined joined = this.joined.get();
		if (joined != null) {
			return applyWithin(joined.session(), problem, work);
		}
		for (int attempt = 1;; attempt++) {
			Session session = openOr(problem);
			try (session) {
				return work.apply(session);
			}
			catch (SQLException ex) {
				if (attempt == MAX_ATTEMPTS || !isConnectionFailure(ex)) {
					throw failure(problem, ex);
				}
			}
		}
	}

	private static <T> @Nullable T applyWithin(Session joined, String problem, Work<T> work) {
		try {
			return work.apply(joined);
		}
		catch (SQLException ex) {
			throw failure(problem, ex);
		}
	}

	/** Not tried again: a pool has waited for a connection already. */
	private Session openOr(String problem) {
		try {
			return open(true);
		}
		catch (SQLException ex) {
			throw failure(problem, ex);
		}
	}

	private static JdbcStateException failure(String problem, SQLException cause) {
		return new JdbcStateException("%s: %s".formatted(problem, cause.getMessage()), cause);
	}

	/**
	 * Reads something that exists, in no transaction.
	 * @param what what is read, for the message of a failure
	 * @throws JdbcStateException if the database cannot be used
	 */
	<T> T read(String what, Work<T> work) {
		return Objects.requireNonNull(find(what, work), what);
	}

	/**
	 * Executes statements of which one changes something, each in a transaction of its
	 * own. They may be executed twice if the connection is lost.
	 * @param what what is changed, for the message of a failure
	 * @throws JdbcStateException if the database cannot be used or refuses the change
	 */
	void change(String what, Work<Integer> work) {
		apply(what + " could not be stored", work);
	}

	/**
	 * Returns a connection on which a transaction begins with the first statement. That
	 * of SQLite has begun, and no other changes anything until it ends.
	 */
	public Session openTransaction() throws SQLException {
		return open(false);
	}

	/**
	 * A transaction of the application that a thread uses.
	 *
	 * @param session its connection
	 * @param writes whether it is used for changes too
	 */
	record Joined(Session session, boolean writes) {
	}

	/**
	 * Lets this thread use a connection of the application, in its transaction.
	 * @param writes whether for changes too, and not only for reading
	 * @return what it has used before, for {@link #leave}
	 */
	@Nullable Joined enter(Connection connection, boolean writes) throws SQLException {
		Joined before = this.joined.get();
		this.joined.set(new Joined(new Session(connection, database(connection), this.timeout), writes));
		return before;
	}

	void leave(@Nullable Joined before) {
		this.joined.set(before);
		if (before == null) {
			this.joined.remove();
		}
	}

	/**
	 * Limits how long a connection of the application waits for each answer of the
	 * database, unless its driver has a limit. The limit is longer than that of a
	 * statement, which the database cancels; it ends a commit without an answer.
	 * @return whether the limit was set
	 */
	boolean limit(Connection connection) throws SQLException {
		if (Session.networkTimeout(connection) > 0) {
			return false;
		}
		Session.setNetworkTimeout(connection, Math.toIntExact(Math.min(2L * this.timeout, Integer.MAX_VALUE)));
		return true;
	}

	/** Removes the limit of a connection of the application. */
	void removeLimit(Connection connection) throws SQLException {
		Session.setNetworkTimeout(connection, 0);
	}

	/** Returns the connection for changes of this thread, {@code null} for none. */
	@Nullable Session joined() {
		Joined joined = this.joined.get();
		return (joined != null && joined.writes()) ? joined.session() : null;
	}

	private Session open(boolean autoCommit) throws SQLException {
		for (int attempt = 1;; attempt++) {
			Connection connection = this.dataSource.getConnection();
			try {
				return new Session(connection, database(connection), autoCommit, this.timeout);
			}
			catch (SQLException ex) {
				discard(connection);
				if (attempt == MAX_ATTEMPTS) {
					throw ex;
				}
			}
			catch (RuntimeException ex) {
				discard(connection);
				throw ex;
			}
		}
	}

	/** Class 08 of the standard, as the drivers of servers report it. */
	private static boolean isConnectionFailure(SQLException ex) {
		String state = ex.getSQLState();
		return state != null && state.startsWith("08");
	}

	private static void discard(Connection connection) throws SQLException {
		connection.abort(Runnable::run);
		connection.close();
	}

	private Database database(Connection connection) throws SQLException {
		Database database = this.database;
		if (database == null) {
			database = Database.of(connection);
			this.database = database;
		}
		return database;
	}

	/** A connection in use by one thread. */
	public static final class Session implements AutoCloseable {

		private final Connection connection;

		private final Database database;

		private final boolean joined;

		private final boolean lowersIsolation;

		private final boolean limitsIdleTime;

		private final boolean autoCommit;

		private final boolean readOnly;

		private final int timeout;

		/** Longest time of a statement in seconds, 0 for no limit. */
		private final int statementTimeout;

		/**
		 * A connection of the application, which stays as it is and is not closed. Its
		 * statements have a limit, because the connection may have none.
		 */
		private Session(Connection connection, Database database, int timeout) {
			this.connection = connection;
			this.database = database;
			this.joined = true;
			this.lowersIsolation = false;
			this.limitsIdleTime = false;
			this.autoCommit = false;
			this.readOnly = false;
			this.timeout = 0;
			this.statementTimeout = database.dialect().limitsStatements() ? Math.max(1, timeout / 1000) : 0;
		}

		private Session(Connection connection, Database database, boolean autoCommit, int timeout) throws SQLException {
			this.connection = connection;
			this.database = database;
			this.joined = false;
			this.limitsIdleTime = !autoCommit && database.isTooPatient();
			this.lowersIsolation = !autoCommit && !this.limitsIdleTime && database.isTooStrict();
			this.autoCommit = connection.getAutoCommit();
			this.readOnly = connection.isReadOnly();
			this.timeout = networkTimeout(connection);
			this.statementTimeout = 0;
			if (this.readOnly) {
				connection.setReadOnly(false);
			}
			if (this.timeout == 0 || this.timeout > timeout) {
				setNetworkTimeout(connection, timeout);
			}
			if (this.limitsIdleTime) {
				Dialect.limitSession(connection, Dialect.IDLE_SECONDS,
						Math.min(database.isolation(), Connection.TRANSACTION_READ_COMMITTED));
			}
			if (this.lowersIsolation) {
				connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
			}
			if (this.autoCommit != autoCommit) {
				connection.setAutoCommit(autoCommit);
			}
			if (!autoCommit && dialect().locksAtFirstChange()) {
				Dialect.lock(connection);
			}
		}

		/** Returns the connection. */
		public Connection connection() {
			return this.connection;
		}

		/** Prepares a statement, which has the limit of the session. */
		public PreparedStatement prepare(String sql) throws SQLException {
			PreparedStatement statement = this.connection.prepareStatement(sql);
			if (this.statementTimeout > 0) {
				statement.setQueryTimeout(this.statementTimeout);
			}
			return statement;
		}

		/**
		 * Prepares an update or a deletion whose locks end soon if this process stops
		 * before the commit. A transaction of the application has no such limit.
		 */
		public PreparedStatement prepareChange(String sql) throws SQLException {
			return prepare(this.joined ? sql : dialect().limited(sql));
		}

		/** Prepares an insertion with the same limit. */
		public PreparedStatement prepareInsert(String sql) throws SQLException {
			return prepare(this.joined ? sql : dialect().limitedInsert(sql));
		}

		/** Returns what the database does differently. */
		public Dialect dialect() {
			return this.database.dialect();
		}

		/**
		 * Returns whether the deletion of a row that does not exist can cause a deadlock.
		 * Transactions of the application keep their isolation.
		 */
		boolean locksGaps() {
			return this.joined && dialect().locksGaps();
		}

		Rows rows() {
			return new Rows(dialect());
		}

		private static int networkTimeout(Connection connection) throws SQLException {
			try {
				return connection.getNetworkTimeout();
			}
			catch (SQLFeatureNotSupportedException ex) {
				return 0;
			}
		}

		private static void setNetworkTimeout(Connection connection, int timeout) throws SQLException {
			try {
				connection.setNetworkTimeout(Runnable::run, timeout);
			}
			catch (SQLFeatureNotSupportedException ex) {
				// the driver waits as long as the database takes
			}
		}

		/**
		 * Returns the connection. What has not been committed is rolled back; a
		 * connection that fails meanwhile is not used again.
		 */
		@Override
		public void close() throws SQLException {
			try {
				restore();
			}
			catch (SQLException ex) {
				this.connection.abort(Runnable::run);
			}
			finally {
				this.connection.close();
			}
		}

		private void restore() throws SQLException {
			if (!this.connection.getAutoCommit()) {
				this.connection.rollback();
			}
			if (this.limitsIdleTime) {
				Dialect.limitSession(this.connection, this.database.idleLimit(), this.database.isolation());
			}
			if (this.lowersIsolation) {
				this.connection.setTransactionIsolation(this.database.isolation());
			}
			if (this.connection.getAutoCommit() != this.autoCommit) {
				this.connection.setAutoCommit(this.autoCommit);
			}
			if (this.readOnly) {
				this.connection.setReadOnly(true);
			}
			setNetworkTimeout(this.connection, this.timeout);
		}

	}

}
