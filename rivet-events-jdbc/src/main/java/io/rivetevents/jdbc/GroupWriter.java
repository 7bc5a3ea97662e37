/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.sql.BatchUpdateException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredConnection;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.jdbc.Connections.Session;
import io.rivetevents.jdbc.sql.Sql;

/**
 * Writes changes in the transaction of a connection. It neither commits nor rolls back.
 * Safe for use by several threads.
 */
final class GroupWriter {

	private final Sql sql;

	/**
	 * Whether the driver counts the rows of each update in a batch. Some do not, such as
	 * MySQL with {@code rewriteBatchedStatements}: there updates are sent one at a time,
	 * in the same transaction.
	 */
	private volatile boolean counts = true;

	/**
	 * Creates a writer.
	 * @param sql the statements
	 */
	GroupWriter(Sql sql) {
		this.sql = sql;
	}

	/**
	 * Thrown when the driver does not count. The transaction must be rolled back; the
	 * next attempt does without counts.
	 */
	static final class MissingCountsException extends SQLException {

		MissingCountsException() {
			super("The driver does not count the rows of each update in a batch");
		}

	}

	/**
	 * Writes changes.
	 * @return the changes that were written; the others are stale
	 * @throws SQLException if a change fails, such as the creation of an instance that
	 * exists; then the transaction must be rolled back
	 */
	List<Write> write(Session session, Collection<Write> group) throws SQLException {
		List<Write> written = new ArrayList<>(group.size());
		List<Write> updates = new ArrayList<>(group.size());
		List<Write> creations = new ArrayList<>();
		for (Write write : group) {
			if (write.change() == null) {
				if (delete(session, write)) {
					written.add(write);
				}
			}
			else {
				(write.isCreation() ? creations : updates).add(write);
			}
		}
		insertActors(session, creations);
		written.addAll(creations);
		written.addAll(updateActors(session, updates));
		List<Change> changes = changes(written);
		if (changes.stream().anyMatch((change) -> !change.isPlain())) {
			writeHistory(session, changes);
			writeAnswers(session, changes);
			writeSchedules(session, changes);
			writeConnections(session, changes);
		}
		return written;
	}

	private static List<Change> changes(List<Write> writes) {
		List<Change> changes = new ArrayList<>(writes.size());
		for (Write write : writes) {
			Change change = write.change();
			if (change != null) {
				changes.add(change);
			}
		}
		return changes;
	}

	private void insertActors(Session session, List<Write> creations) throws SQLException {
		if (creations.isEmpty()) {
			return;
		}
		Rows rows = session.rows();
		try (PreparedStatement insert = session.prepareInsert(this.sql.insertActor())) {
			for (Change change : changes(creations)) {
				StoredActor actor = change.actor();
				rows.setAddress(insert, actor.address());
				session.dialect().setText(insert, 4, actor.actorId());
				rows.setChanging(insert, 5, actor);
				insert.addBatch();
			}
			execute(insert);
		}
	}

	private List<Write> updateActors(Session session, List<Write> updates) throws SQLException {
		if (updates.isEmpty()) {
			return updates;
		}
		List<Write> written = new ArrayList<>(updates.size());
		try (PreparedStatement update = session.prepareChange(this.sql.updateActor())) {
			boolean together = this.counts && updates.size() > 1;
			int[] counts = together ? updateTogether(session, update, updates) : updateEach(session, update, updates);
			for (int i = 0; i < counts.length; i++) {
				if (counts[i] == Statement.SUCCESS_NO_INFO) {
					this.counts = false;
					throw new MissingCountsException();
				}
				if (counts[i] > 0) {
					written.add(updates.get(i));
				}
			}
		}
		return written;
	}

	private static int[] updateTogether(Session session, PreparedStatement update, List<Write> updates)
			throws SQLException {
		for (Write write : updates) {
			setUpdate(session, update, write);
			update.addBatch();
		}
		return execute(update);
	}

	/**
	 * Executes a batch. The driver of PostgreSQL writes the values of all parameters into
	 * the message of a failure, which must not reach a log; the next exception is the
	 * reason without them.
	 */
	private static int[] execute(PreparedStatement batch) throws SQLException {
		try {
			return batch.executeBatch();
		}
		catch (BatchUpdateException ex) {
			SQLException next = ex.getNextException();
			throw (next != null) ? next : ex;
		}
	}

	private static int[] updateEach(Session session, PreparedStatement update, List<Write> updates)
			throws SQLException {
		int[] counts = new int[updates.size()];
		for (int i = 0; i < counts.length; i++) {
			setUpdate(session, update, updates.get(i));
			counts[i] = update.executeUpdate();
		}
		return counts;
	}

	private static void setUpdate(Session session, PreparedStatement update, Write write) throws SQLException {
		for (Change change : changes(List.of(write))) {
			int index = session.rows().setChanging(update, 1, change.actor());
			session.dialect().setText(update, index, change.actor().actorId());
			update.setLong(index + 1, write.expected());
		}
	}

	private boolean delete(Session session, Write write) throws SQLException {
		try (PreparedStatement delete = session.prepareChange(this.sql.deleteActor())) {
			session.dialect().setText(delete, 1, write.actorId());
			delete.setLong(2, write.expected());
			if (delete.executeUpdate() == 0) {
				return false;
			}
		}
		for (String sql : List.of(this.sql.deleteEvents(), this.sql.deleteAnswers(), this.sql.deleteSchedules(),
				this.sql.deleteConnections())) {
			try (PreparedStatement delete = session.prepare(sql)) {
				session.dialect().setText(delete, 1, write.actorId());
				delete.executeUpdate();
			}
		}
		return true;
	}

	/**
	 * Returns a stored instance.
	 * @return the instance, {@code null} if there is none
	 */
	@Nullable StoredActor find(Session session, ActorAddress address) throws SQLException {
		try (PreparedStatement select = session.prepare(this.sql.selectByAddress())) {
			session.rows().setAddress(select, address);
			try (ResultSet row = select.executeQuery()) {
				return row.next() ? session.rows().actor(row) : null;
			}
		}
	}

	private void writeHistory(Session session, List<Change> changes) throws SQLException {
		try (Batch deletes = new Batch(session, this.sql.deleteEvent());
				Batch inserts = new Batch(session, this.sql.insertEvent())) {
			for (Change change : changes) {
				for (long position : change.trimmed()) {
					PreparedStatement delete = deletes.statement();
					session.dialect().setText(delete, 1, change.actor().actorId());
					delete.setLong(2, position);
					delete.addBatch();
				}
				for (StoredEvent event : change.events()) {
					PreparedStatement insert = inserts.statement();
					session.rows().setEvent(insert, change.actor().actorId(), event);
					insert.addBatch();
				}
			}
			deletes.execute();
			inserts.execute();
		}
	}

	private void writeAnswers(Session session, List<Change> changes) throws SQLException {
		try (Batch deletes = new Batch(session, this.sql.deleteAnswer());
				Batch inserts = new Batch(session, this.sql.insertAnswer())) {
			for (Change change : changes) {
				for (StoredAnswer answer : change.answers()) {
					String actorId = change.actor().actorId();
					deleteIfPresent(session, deletes, this.sql.findAnswer(), actorId, answer.key());
					PreparedStatement insert = inserts.statement();
					session.rows().setTexts(insert, actorId, answer.key());
					insert.setLong(3, Rows.nanos(answer.expiresAt()));
					insert.setBytes(4, answer.body());
					insert.addBatch();
				}
			}
			deletes.execute();
			inserts.execute();
		}
	}

	private void writeSchedules(Session session, List<Change> changes) throws SQLException {
		try (Batch deletes = new Batch(session, this.sql.deleteSchedule());
				Batch inserts = new Batch(session, this.sql.insertSchedule())) {
			for (Change change : changes) {
				String actorId = change.actor().actorId();
				for (String id : change.cancelled()) {
					deleteIfPresent(session, deletes, this.sql.findSchedule(), actorId, id);
				}
				for (StoredSchedule schedule : change.schedules()) {
					deleteIfPresent(session, deletes, this.sql.findSchedule(), actorId, schedule.id());
					PreparedStatement insert = inserts.statement();
					session.rows().setSchedule(insert, actorId, schedule);
					insert.addBatch();
				}
			}
			deletes.execute();
			inserts.execute();
		}
	}

	private void writeConnections(Session session, List<Change> changes) throws SQLException {
		try (Batch deletes = new Batch(session, this.sql.deleteConnection());
				Batch inserts = new Batch(session, this.sql.insertConnection())) {
			for (Change change : changes) {
				String actorId = change.actor().actorId();
				for (String id : change.disconnected()) {
					deleteIfPresent(session, deletes, this.sql.findConnection(), actorId, id);
				}
				for (StoredConnection connection : change.connections()) {
					deleteIfPresent(session, deletes, this.sql.findConnection(), actorId, connection.id());
					PreparedStatement insert = inserts.statement();
					session.rows().setConnection(insert, actorId, connection);
					insert.addBatch();
				}
			}
			deletes.execute();
			inserts.execute();
		}
	}

	/**
	 * Adds a deletion, unless there is nothing to delete and the attempt would lock more
	 * than the row. No other node adds the row meanwhile: the update of the instance
	 * would have been stale.
	 */
	private static void deleteIfPresent(Session session, Batch deletes, String find, String actorId, String id)
			throws SQLException {
		if (session.locksGaps() && !isPresent(session, find, actorId, id)) {
			return;
		}
		PreparedStatement delete = deletes.statement();
		session.rows().setTexts(delete, actorId, id);
		delete.addBatch();
	}

	private static boolean isPresent(Session session, String find, String actorId, String id) throws SQLException {
		try (PreparedStatement select = session.prepare(find)) {
			session.rows().setTexts(select, actorId, id);
			try (ResultSet row = select.executeQuery()) {
				return row.next();
			}
		}
	}

	/** A batch that is prepared when it has its first row. */
	private static final class Batch implements AutoCloseable {

		private final Session session;

		private final String sql;

		private @Nullable PreparedStatement statement;

		Batch(Session session, String sql) {
			this.session = session;
			this.sql = sql;
		}

		PreparedStatement statement() throws SQLException {
			PreparedStatement statement = this.statement;
			if (statement == null) {
				statement = this.session.prepare(this.sql);
				this.statement = statement;
			}
			return statement;
		}

		void execute() throws SQLException {
			if (this.statement != null) {
				GroupWriter.execute(this.statement);
			}
		}

		@Override
		public void close() throws SQLException {
			if (this.statement != null) {
				this.statement.close();
			}
		}

	}

}
