/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * What the supported databases do differently: their scripts have other column types, and
 * some compare texts byte for byte only if the columns are binary. Public for the outbox.
 */
public enum Dialect {

	POSTGRESQL("PostgreSQL", false),

	MARIADB("MariaDB", true),

	MYSQL("MySQL", true),

	H2("H2", true),

	SQLITE("SQLite", false);

	/**
	 * PostgreSQL ends a transaction that has no statement for two seconds. The limit of
	 * the detection of failed nodes is longer, so its locks delay no other node.
	 */
	private static final String IDLE_LIMIT = "set_config('idle_in_transaction_session_timeout', '2000', true)";

	/** The same in seconds, for a session. */
	static final int IDLE_SECONDS = 2;

	/** SQLite has no SQLState. */
	private static final int SQLITE_CONSTRAINT = 19;

	private final String product;

	private final boolean binaryTexts;

	Dialect(String product, boolean binaryTexts) {
		this.product = product;
		this.binaryTexts = binaryTexts;
	}

	/**
	 * Returns the dialect of a database.
	 * @throws JdbcStateException if the database is not supported
	 */
	public static Dialect of(Connection connection) throws SQLException {
		String product = connection.getMetaData().getDatabaseProductName();
		return Arrays.stream(values())
			.filter((dialect) -> dialect.product.equals(product))
			.findFirst()
			.orElseThrow(() -> new JdbcStateException("The database %s is not supported. Supported are %s"
				.formatted(product, Arrays.stream(values()).map((dialect) -> dialect.product).toList()), null));
	}

	/** Returns the name of the database as in the names of the scripts. */
	String platform() {
		return this.product.toLowerCase(java.util.Locale.ROOT);
	}

	/**
	 * Returns whether a comparison of rows such as {@code (a, b) > (?, ?)} reads a range
	 * of an index. MariaDB and MySQL read all of the index then, but only a range of it
	 * if the columns are compared one by one; for PostgreSQL and SQLite it is the
	 * opposite. H2 uses the first column only, in both cases.
	 */
	boolean comparesRows() {
		return this != MARIADB && this != MYSQL;
	}

	/**
	 * Returns whether the deletion of a row that does not exist locks its neighbourhood,
	 * in transactions with the default isolation. Two of them that then insert rows there
	 * are in a deadlock.
	 */
	boolean locksGaps() {
		return this == MARIADB || this == MYSQL;
	}

	/**
	 * Returns whether a statement can have a timeout of its own. That of H2 stays for all
	 * later statements of the connection; waiting for a lock has a limit there.
	 */
	boolean limitsStatements() {
		return this != H2;
	}

	/**
	 * Returns an update or a deletion with a condition which limits how long its
	 * transaction keeps its locks if this process stops before the commit. No round trip
	 * is added. MariaDB has a limit for a session: see {@link #limitsSessions}. Other
	 * databases have none.
	 */
	String limited(String change) {
		return (this == POSTGRESQL) ? change + " and %s is not null".formatted(IDLE_LIMIT) : change;
	}

	/** Returns an insertion, whose first column is a text, with the same limit. */
	String limitedInsert(String insert) {
		return (this == POSTGRESQL)
				? insert.replace("values (?", "values ((select cast(? as text) from %s)".formatted(IDLE_LIMIT))
				: insert;
	}

	/**
	 * Returns whether a transaction locks the database with its first change. If it has
	 * read before and another one changes something, that change fails at once:
	 * <a href="https://sqlite.org/lang_transaction.html">SQLite's documentation</a>,
	 * "deferred transactions".
	 */
	boolean locksAtFirstChange() {
		return this == SQLITE;
	}

	/** Begins the transaction anew, with the lock. Waits for it as the driver is set. */
	static void lock(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("commit");
			statement.execute("begin immediate");
		}
	}

	/**
	 * Returns whether the database ends the transactions of a session that have changed
	 * something, and have no statement for a time.
	 */
	boolean limitsSessions() {
		return this == MARIADB;
	}

	/** Returns how long that is for the sessions of an application, in seconds. */
	static int idleLimit(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select @@session.idle_write_transaction_timeout")) {
			return row.next() ? row.getInt(1) : 0;
		}
	}

	/**
	 * Sets that time, and the isolation of transactions in the same round trip.
	 * @param seconds the time, 0 for no limit
	 * @param isolation a level as in {@link Connection}
	 */
	static void limitSession(Connection connection, int seconds, int isolation) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("set session idle_write_transaction_timeout = %d, session tx_isolation = '%s'"
				.formatted(seconds, level(isolation)));
		}
	}

	private static String level(int isolation) {
		return switch (isolation) {
			case Connection.TRANSACTION_READ_UNCOMMITTED -> "READ-UNCOMMITTED";
			case Connection.TRANSACTION_READ_COMMITTED -> "READ-COMMITTED";
			case Connection.TRANSACTION_SERIALIZABLE -> "SERIALIZABLE";
			default -> "REPEATABLE-READ";
		};
	}

	/**
	 * Returns whether an insertion has failed because of a constraint, such as a key that
	 * is there already.
	 */
	public boolean isDuplicate(SQLException ex) {
		String state = ex.getSQLState();
		return (this == SQLITE) ? ex.getErrorCode() == SQLITE_CONSTRAINT : state != null && state.startsWith("23");
	}

	/** Sets a parameter that is a text. */
	public void setText(PreparedStatement statement, int index, @Nullable String text) throws SQLException {
		if (this.binaryTexts) {
			statement.setBytes(index, (text != null) ? text.getBytes(StandardCharsets.UTF_8) : null);
		}
		else {
			statement.setString(index, text);
		}
	}

	/** Returns a column that is a text, {@code null} if it has no value. */
	public @Nullable String getText(ResultSet row, String column) throws SQLException {
		if (!this.binaryTexts) {
			return row.getString(column);
		}
		byte[] bytes = row.getBytes(column);
		return (bytes != null) ? new String(bytes, StandardCharsets.UTF_8) : null;
	}

}
