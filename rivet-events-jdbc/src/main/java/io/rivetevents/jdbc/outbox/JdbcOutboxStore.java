/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

import javax.sql.DataSource;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.Assert;

import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.jdbc.Connections;
import io.rivetevents.jdbc.Connections.Session;
import io.rivetevents.jdbc.Dialect;
import io.rivetevents.jdbc.JdbcSettings;
import io.rivetevents.jdbc.JdbcStateException;
import io.rivetevents.jdbc.Rows;
import io.rivetevents.outbox.OutboxRow;
import io.rivetevents.outbox.OutboxRow.Postponed;
import io.rivetevents.outbox.OutboxStore;
import io.rivetevents.protocol.SafeText;

/**
 * The outbox in the table {@code rivet_outbox}. Rows are added on the connection of the
 * transaction of the calling thread, and taken by an update of {@code lease_until} that
 * expects the present value, so that one node takes each. Databases that can do so skip
 * the rows that another node is about to take. Requires spring-jdbc.
 *
 * @since 0.1.0
 */
public final class JdbcOutboxStore implements OutboxStore {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(JdbcOutboxStore.class));

	private static final String TABLE = "outbox";

	private final DataSource dataSource;

	private final Connections connections;

	private final OutboxSql sql;

	private final BooleanSupplier reactive;

	private final Executor workers;

	/**
	 * Creates a store. The database is not used before the first call.
	 * @param dataSource has the connections, also those of transactions
	 * @param settings name of the table, and timeout
	 * @param reactive whether a thread without a transaction may be in a reactive one
	 * @param workers runs the insertion of a row that a callback adds after a commit; may
	 * be blocked
	 */
	public JdbcOutboxStore(DataSource dataSource, JdbcSettings settings, BooleanSupplier reactive, Executor workers) {
		this.dataSource = dataSource;
		this.connections = new Connections(dataSource, settings.timeout());
		this.sql = new OutboxSql(settings.tablePrefix() + TABLE);
		this.reactive = reactive;
		this.workers = workers;
	}

	// Adding

	@Override
	public void add(OutboxRow row, Runnable committed) {
		boolean inTransaction = TransactionSynchronizationManager.isActualTransactionActive();
		if (inTransaction && TransactionSynchronizationManager.isSynchronizationActive()) {
			addWithin(row);
			TransactionSynchronizationManager.registerSynchronization(new Added(row, committed));
			return;
		}
		Assert.state(inTransaction || !this.reactive.getAsBoolean(), () -> refusal(row,
				"the application has a ReactiveTransactionManager, whose transactions are not visible here."
						+ " Use a transaction of the thread, such as with JdbcTransactionManager or TransactionTemplate"));
		addSeparately(row);
		committed.run();
	}

	private void addWithin(OutboxRow row) {
		Assert.state(TransactionSynchronizationManager.hasResource(this.dataSource), () -> refusal(row,
				"the transaction does not use the DataSource of rivet-events, so that it would not remove the row at"
						+ " a rollback. Use the transaction manager of that DataSource"));
		Assert.state(!TransactionSynchronizationManager.isCurrentTransactionReadOnly(),
				() -> refusal(row, "the transaction is read-only"));
		Connection connection = DataSourceUtils.getConnection(this.dataSource);
		try {
			Assert.state(!connection.getAutoCommit(), () -> refusal(row,
					"the transaction belongs to another DataSource than that of rivet-events. Use the transaction"
							+ " manager of that DataSource"));
			insert(connection.prepareStatement(this.sql.insert()), Dialect.of(connection), row);
		}
		catch (SQLException ex) {
			throw failure(row + " could not be stored", ex);
		}
		finally {
			DataSourceUtils.releaseConnection(connection, this.dataSource);
		}
	}

	private static String refusal(OutboxRow row, String reason) {
		return "%s %s was not stored: %s".formatted(row.kind(), row.name(), reason);
	}

	private void addSeparately(OutboxRow row) {
		try (Session session = this.connections.openTransaction()) {
			insert(session.prepareInsert(this.sql.insert()), session.dialect(), row);
			session.connection().commit();
		}
		catch (SQLException ex) {
			throw failure(row + " could not be stored", ex);
		}
	}

	/** Another transaction with the same row may be committed after the check. */
	private void addUnlessPresent(OutboxRow row) {
		try (Session session = this.connections.openTransaction()) {
			if (!isPresent(session, row)) {
				insertUnlessPresent(session, row);
			}
		}
		catch (SQLException ex) {
			throw failure(row + " could not be stored", ex);
		}
	}

	private void insertUnlessPresent(Session session, OutboxRow row) throws SQLException {
		try {
			insert(session.prepareInsert(this.sql.insert()), session.dialect(), row);
			session.connection().commit();
		}
		catch (SQLException ex) {
			if (!session.dialect().isDuplicate(ex)) {
				throw ex;
			}
		}
	}

	private boolean isPresent(Session session, OutboxRow row) throws SQLException {
		try (PreparedStatement select = session.prepare(this.sql.find())) {
			session.dialect().setText(select, 1, row.id());
			try (ResultSet found = select.executeQuery()) {
				return found.next();
			}
		}
	}

	private static void insert(PreparedStatement statement, Dialect dialect, OutboxRow row) throws SQLException {
		try (PreparedStatement insert = statement) {
			dialect.setText(insert, 1, row.id());
			dialect.setText(insert, 2, row.kind());
			dialect.setText(insert, 3, row.target());
			dialect.setText(insert, 4, row.name());
			insert.setBytes(5, row.body());
			insert.setLong(6, Rows.nanos(row.createdAt()));
			insert.setLong(7, Rows.nanos(row.leaseUntil()));
			insert.setInt(8, row.attempts());
			setTime(insert, 9, row.sentAt());
			insert.executeUpdate();
		}
	}

	private static void setTime(PreparedStatement statement, int index, @Nullable Instant time) throws SQLException {
		if (time != null) {
			statement.setLong(index, Rows.nanos(time));
		}
		else {
			statement.setNull(index, Types.BIGINT);
		}
	}

	private static JdbcStateException failure(String problem, SQLException cause) {
		return new JdbcStateException("%s: %s".formatted(problem, cause.getMessage()), cause);
	}

	/** A row of a transaction. */
	private final class Added implements TransactionSynchronization {

		private final OutboxRow row;

		private final Runnable committed;

		private boolean early;

		Added(OutboxRow row, Runnable committed) {
			this.row = row;
			this.committed = committed;
		}

		@Override
		public void beforeCompletion() {
			this.early = true;
		}

		@Override
		public void afterCompletion(int status) {
			if (status == STATUS_COMMITTED && this.early) {
				this.committed.run();
			}
			else if (status == STATUS_COMMITTED) {
				JdbcOutboxStore.this.workers.execute(this::addAgain);
			}
		}

		/**
		 * A callback has added the row after the commit, on the connection of the
		 * transaction that has ended. Whether it is stored is up to the pool, and known
		 * when the connection has been returned: another thread waits for that.
		 */
		private void addAgain() {
			try {
				addUnlessPresent(this.row);
				this.committed.run();
			}
			catch (RuntimeException ex) {
				failures.error(ex, () -> "%s was added after the commit of its transaction and could not be stored"
					.formatted(SafeText.of(this.row)));
			}
		}

	}

	// Taking

	@Override
	public List<OutboxRow> take(int limit, Instant now, Instant until) {
		try (Session session = this.connections.openTransaction()) {
			List<OutboxRow> due = selectDue(session, limit, now);
			List<OutboxRow> taken = due.isEmpty() ? due : take(session, due, until);
			session.connection().commit();
			return taken;
		}
		catch (SQLException ex) {
			throw failure("Rows of the outbox could not be taken", ex);
		}
	}

	private List<OutboxRow> selectDue(Session session, int limit, Instant now) throws SQLException {
		List<OutboxRow> due = new ArrayList<>();
		String select = this.sql.selectDue(skipsLockedRows(session.dialect()));
		try (PreparedStatement statement = session.prepare(select)) {
			statement.setLong(1, Rows.nanos(now));
			statement.setInt(2, limit);
			try (ResultSet row = statement.executeQuery()) {
				while (row.next()) {
					due.add(read(session.dialect(), row));
				}
			}
		}
		return due;
	}

	/** MariaDB does so since version 10.6, MySQL since version 8. */
	private static boolean skipsLockedRows(Dialect dialect) {
		return dialect == Dialect.POSTGRESQL || dialect == Dialect.MARIADB || dialect == Dialect.MYSQL;
	}

	private static OutboxRow read(Dialect dialect, ResultSet row) throws SQLException {
		row.getLong("sent_at");
		Instant sentAt = row.wasNull() ? null : Rows.time(row, "sent_at");
		return new OutboxRow(text(dialect, row, "id"), text(dialect, row, "kind"), text(dialect, row, "target"),
				text(dialect, row, "name"), row.getBytes("body"), Rows.time(row, "created_at"),
				Rows.time(row, "lease_until"), row.getInt("attempts"), sentAt);
	}

	private static String text(Dialect dialect, ResultSet row, String column) throws SQLException {
		return Objects.requireNonNull(dialect.getText(row, column), column);
	}

	/** A row that another node has taken since, or deleted, is not taken. */
	private List<OutboxRow> take(Session session, List<OutboxRow> due, Instant until) throws SQLException {
		List<OutboxRow> taken = new ArrayList<>(due.size());
		try (PreparedStatement update = session.prepareChange(this.sql.take())) {
			for (OutboxRow row : due) {
				update.setLong(1, Rows.nanos(until));
				setTaken(session, update, 2, row);
				update.addBatch();
			}
			int[] counts = update.executeBatch();
			for (int i = 0; i < counts.length; i++) {
				// a driver that does not count has locked the row before
				if (counts[i] == 1 || counts[i] == Statement.SUCCESS_NO_INFO) {
					taken.add(due.get(i).taken(until));
				}
			}
		}
		return taken;
	}

	private static void setTaken(Session session, PreparedStatement update, int first, OutboxRow row)
			throws SQLException {
		session.dialect().setText(update, first, row.id());
		update.setLong(first + 1, Rows.nanos(row.leaseUntil()));
	}

	/**
	 * One by one, since not every driver counts the rows of a batch, and in the order in
	 * which other nodes delete them.
	 */
	@Override
	public Set<String> renew(Collection<OutboxRow> taken, Instant until) {
		Set<String> renewed = new HashSet<>();
		try (Session session = this.connections.openTransaction();
				PreparedStatement update = session.prepareChange(this.sql.renew())) {
			for (OutboxRow row : taken.stream().sorted(Comparator.comparing(OutboxRow::id)).toList()) {
				update.setLong(1, Rows.nanos(until));
				setTaken(session, update, 2, row);
				if (update.executeUpdate() == 1) {
					renewed.add(row.id());
				}
			}
			session.connection().commit();
			return renewed;
		}
		catch (SQLException ex) {
			throw failure("Leases of the outbox could not be renewed", ex);
		}
	}

	// Finishing

	@Override
	public void finish(Collection<String> handled, Collection<Postponed> postponed) {
		try (Session session = this.connections.openTransaction()) {
			if (!handled.isEmpty()) {
				delete(session, handled);
			}
			if (!postponed.isEmpty()) {
				postpone(session, postponed);
			}
			session.connection().commit();
		}
		catch (SQLException ex) {
			throw failure("Rows of the outbox could not be finished", ex);
		}
	}

	/** In the same order on all nodes, which may delete the same rows. */
	private void delete(Session session, Collection<String> ids) throws SQLException {
		try (PreparedStatement delete = session.prepareChange(this.sql.delete())) {
			for (String id : ids.stream().sorted().toList()) {
				session.dialect().setText(delete, 1, id);
				delete.addBatch();
			}
			delete.executeBatch();
		}
	}

	private void postpone(Session session, Collection<Postponed> postponed) throws SQLException {
		try (PreparedStatement update = session.prepareChange(this.sql.postpone())) {
			for (Postponed each : postponed) {
				update.setLong(1, Rows.nanos(each.due()));
				update.setInt(2, each.attempts());
				setTime(update, 3, each.sentAt());
				setTaken(session, update, 4, each.taken());
				update.addBatch();
			}
			update.executeBatch();
		}
	}

}
