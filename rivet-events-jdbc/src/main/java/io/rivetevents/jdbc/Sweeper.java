/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;

import io.rivetevents.jdbc.Connections.Session;
import io.rivetevents.jdbc.sql.Sql;

/**
 * Deletes events and answers that have expired, of instances that do not delete them
 * because they sleep or are idle.
 */
final class Sweeper {

	private static final int BATCH = 1000;

	private final Connections connections;

	private final Sql sql;

	private final InstantSource clock;

	/**
	 * Creates a sweeper.
	 * @param connections where it takes a connection for each batch
	 * @param sql the statements
	 * @param clock decides what has expired
	 */
	Sweeper(Connections connections, Sql sql, InstantSource clock) {
		this.connections = connections;
		this.sql = sql;
		this.clock = clock;
	}

	/**
	 * Deletes at most a thousand events and a thousand answers, each in a transaction.
	 * @return whether there may be more
	 */
	boolean sweep() throws SQLException {
		long now = Rows.nanos(this.clock.instant());
		int events = deleteEvents(now);
		return deleteAnswers(now) == BATCH || events == BATCH;
	}

	private int deleteEvents(long now) throws SQLException {
		try (Session session = this.connections.openTransaction();
				PreparedStatement select = session.prepare(this.sql.selectExpiredEvents());
				PreparedStatement delete = session.prepareChange(this.sql.deleteEvent())) {
			int count = 0;
			select.setLong(1, now);
			select.setInt(2, BATCH);
			try (ResultSet row = select.executeQuery()) {
				for (; row.next(); count++) {
					session.dialect().setText(delete, 1, session.rows().text(row, "actor_id"));
					delete.setLong(2, row.getLong("position"));
					delete.addBatch();
				}
			}
			return execute(session, delete, count);
		}
	}

	/** An answer that has been replaced meanwhile stays. */
	private int deleteAnswers(long now) throws SQLException {
		try (Session session = this.connections.openTransaction();
				PreparedStatement select = session.prepare(this.sql.selectExpiredAnswers());
				PreparedStatement delete = session.prepareChange(this.sql.deleteExpiredAnswer())) {
			int count = 0;
			select.setLong(1, now);
			select.setInt(2, BATCH);
			try (ResultSet row = select.executeQuery()) {
				for (; row.next(); count++) {
					session.rows()
						.setTexts(delete, session.rows().text(row, "actor_id"), session.rows().text(row, "idem_key"));
					delete.setLong(3, now);
					delete.addBatch();
				}
			}
			return execute(session, delete, count);
		}
	}

	private static int execute(Session session, PreparedStatement delete, int count) throws SQLException {
		if (count > 0) {
			delete.executeBatch();
			session.connection().commit();
		}
		return count;
	}

}
