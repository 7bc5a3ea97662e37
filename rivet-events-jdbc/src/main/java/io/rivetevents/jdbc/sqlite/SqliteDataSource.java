/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc.sqlite;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Logger;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * The connection to one SQLite file, which this process uses exclusively. A commit
 * returns when the file has been synchronized with the disk. There is one connection: the
 * threads take it one after another, in the order of their calls. Safe for use by several
 * threads; a thread must not take it twice.
 *
 * <p>
 * Requires {@code org.xerial:sqlite-jdbc}, which {@code rivet-events-file} brings. The
 * file must be on a local file system.
 *
 * @since 0.1.0
 */
public final class SqliteDataSource implements DataSource, AutoCloseable {

	private static final String URL = "jdbc:sqlite:";

	private static final String NEEDS_PERMISSION = ". The process needs write permission for the file and its directory";

	/** Time for another process to end and to release the file. */
	private static final int BUSY_TIMEOUT = 2000;

	/** Longest time to wait for the connection, in seconds. */
	private static final int LOGIN_TIMEOUT = 30;

	/** Results of SQLite, as in {@link SQLException#getErrorCode()}. */
	private static final int BUSY = 5;

	private static final int LOCKED = 6;

	private static final int READ_ONLY = 8;

	private static final int CANNOT_OPEN = 14;

	private static final int NOT_A_DATABASE = 26;

	/**
	 * The exclusive lock is taken by the first write and kept until the end. The log is
	 * copied into the file each 4,000 pages (16 MB), which needs two more
	 * synchronizations.
	 */
	private static final List<String> SETTINGS = List.of("pragma busy_timeout=" + BUSY_TIMEOUT,
			"pragma locking_mode=exclusive", "pragma journal_mode=wal", "pragma synchronous=full",
			"pragma wal_autocheckpoint=4000", "begin immediate", "commit");

	private final Path file;

	private final Connection connection;

	private final Semaphore free = new Semaphore(1, true);

	private SqliteDataSource(Path file, Connection connection) {
		this.file = file;
		this.connection = connection;
	}

	/**
	 * Opens a file, which is created with its directories if it does not exist.
	 * @param file the file
	 * @throws SqliteFileException if it cannot be used
	 */
	public static SqliteDataSource open(Path file) {
		createDirectory(file);
		try {
			Connection connection = connect(file);
			try {
				prepare(connection);
				return new SqliteDataSource(file, connection);
			}
			catch (SQLException ex) {
				connection.close();
				throw ex;
			}
		}
		catch (SQLException ex) {
			throw new SqliteFileException(file, reason(file, ex), ex);
		}
	}

	private static Connection connect(Path file) throws SQLException {
		if (DriverManager.drivers().noneMatch(SqliteDataSource::isFor)) {
			throw new SQLException("the driver is missing. Add the dependency io.rivetevents:rivet-events-file");
		}
		return SqliteLibrary.connect(URL + file.toAbsolutePath());
	}

	private static boolean isFor(Driver driver) {
		try {
			return driver.acceptsURL(URL);
		}
		catch (SQLException ex) {
			return false;
		}
	}

	private static void createDirectory(Path file) {
		Path directory = file.toAbsolutePath().getParent();
		try {
			if (directory != null && !Files.isDirectory(directory)) {
				Files.createDirectories(directory);
			}
		}
		catch (IOException ex) {
			throw new SqliteFileException(file, "its directory cannot be created (%s)".formatted(ex.getMessage()), ex);
		}
	}

	private static void prepare(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			for (String setting : SETTINGS) {
				statement.execute(setting);
			}
		}
	}

	private static String reason(Path file, SQLException ex) {
		if (Files.isRegularFile(file) && !Files.isWritable(file)) {
			return "it is read-only" + NEEDS_PERMISSION;
		}
		return switch (ex.getErrorCode()) {
			case BUSY, LOCKED ->
				"another process uses it. Stop that process, or choose another file for this one (rivet.events.state.file.path)";
			case READ_ONLY -> "it is read-only" + NEEDS_PERMISSION;
			case CANNOT_OPEN ->
				Files.isDirectory(file) ? "it is a directory" : "it cannot be opened" + NEEDS_PERMISSION;
			case NOT_A_DATABASE -> "it is not an SQLite database. Move it away, or choose another file";
			default -> String.valueOf(ex.getMessage());
		};
	}

	/** Returns the file. */
	public Path file() {
		return this.file;
	}

	/**
	 * Waits for the connection, no longer than 30 seconds.
	 */
	@Override
	public Connection getConnection() throws SQLException {
		try {
			if (!this.free.tryAcquire(LOGIN_TIMEOUT, TimeUnit.SECONDS)) {
				throw new SQLTransientConnectionException(
						"The connection to %s is in use for more than %d seconds".formatted(this.file, LOGIN_TIMEOUT));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SQLTransientConnectionException("Interrupted while waiting for " + this.file, ex);
		}
		return (Connection) Proxy.newProxyInstance(SqliteDataSource.class.getClassLoader(),
				new Class<?>[] { Connection.class }, new Lease()::invoke);
	}

	/** The connection as long as one thread has it. */
	private final class Lease {

		private final AtomicBoolean closed = new AtomicBoolean();

		@Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
			return switch (method.getName()) {
				case "close", "abort" -> release();
				case "rollback" -> rollback();
				case "isClosed" -> this.closed.get() || SqliteDataSource.this.connection.isClosed();
				case "equals" -> proxy == ((arguments != null) ? arguments[0] : null);
				case "hashCode" -> System.identityHashCode(proxy);
				default -> call(method, arguments);
			};
		}

		private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
			if (this.closed.get()) {
				throw new SQLException("The connection has been closed");
			}
			try {
				return method.invoke(SqliteDataSource.this.connection, arguments);
			}
			catch (InvocationTargetException ex) {
				throw ex.getTargetException();
			}
		}

		/**
		 * SQLite ends a transaction on its own if the disk is full, which the driver does
		 * not notice: it would write each statement in a transaction of its own.
		 */
		private @Nullable Object rollback() throws SQLException {
			try {
				SqliteDataSource.this.connection.rollback();
			}
			catch (SQLException ex) {
				try (Statement statement = SqliteDataSource.this.connection.createStatement()) {
					statement.execute("begin");
				}
				catch (SQLException again) {
					ex.addSuppressed(again);
					throw ex;
				}
			}
			return null;
		}

		private @Nullable Object release() throws SQLException {
			if (this.closed.compareAndSet(false, true)) {
				Connection connection = SqliteDataSource.this.connection;
				try {
					if (!connection.isClosed() && !connection.getAutoCommit()) {
						rollback();
						connection.setAutoCommit(true);
					}
				}
				finally {
					SqliteDataSource.this.free.release();
				}
			}
			return null;
		}

	}

	/** Waits for the connection and closes the file. */
	@Override
	public void close() {
		try {
			boolean acquired = this.free.tryAcquire(LOGIN_TIMEOUT, TimeUnit.SECONDS);
			this.connection.close();
			if (acquired) {
				this.free.release();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while closing " + this.file, ex);
		}
		catch (SQLException ex) {
			throw new SqliteFileException(this.file, "closing it failed (%s)".formatted(ex.getMessage()), ex);
		}
	}

	@Override
	public Connection getConnection(String username, String password) throws SQLException {
		throw new SQLFeatureNotSupportedException("A file has no users");
	}

	@Override
	public int getLoginTimeout() {
		return LOGIN_TIMEOUT;
	}

	@Override
	public void setLoginTimeout(int seconds) throws SQLException {
		throw new SQLFeatureNotSupportedException("The timeout is fixed");
	}

	@Override
	public @Nullable PrintWriter getLogWriter() {
		return null;
	}

	@Override
	public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
		throw new SQLFeatureNotSupportedException("There is no log");
	}

	@Override
	public Logger getParentLogger() throws SQLFeatureNotSupportedException {
		throw new SQLFeatureNotSupportedException("There is no log");
	}

	@Override
	public <T> T unwrap(Class<T> type) throws SQLException {
		if (type.isInstance(this)) {
			return type.cast(this);
		}
		throw new SQLException("Not a wrapper of " + type);
	}

	@Override
	public boolean isWrapperFor(Class<?> type) {
		return type.isInstance(this);
	}

}
