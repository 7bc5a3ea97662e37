/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.jdbc.Connections.Session;
import io.rivetevents.jdbc.sql.Sql;

/**
 * Finds schedules, and changes their times outside of commits. Safe for use by several
 * threads.
 */
final class Schedules {

	private final Connections connections;

	private final Sql sql;

	/**
	 * Creates an instance.
	 * @param connections where it takes a connection for each call
	 * @param sql the statements
	 */
	Schedules(Connections connections, Sql sql) {
		this.connections = connections;
		this.sql = sql;
	}

	/** Returns the schedules of an instance, in any order. */
	List<StoredSchedule> of(String actorId) {
		return this.connections.read("The schedules of " + actorId, (session) -> {
			List<StoredSchedule> all = new ArrayList<>();
			try (PreparedStatement select = session.prepare(this.sql.selectSchedules())) {
				session.rows().setTexts(select, actorId);
				try (ResultSet row = select.executeQuery()) {
					while (row.next()) {
						all.add(session.rows().schedule(row));
					}
				}
			}
			return all;
		});
	}

	/** Returns a page of the schedules that are due. */
	List<DueSchedule> due(Instant until, @Nullable DueSchedule after, int limit) {
		long last = Rows.nanos(until);
		return this.connections.read("The schedules that are due", (session) -> {
			if (after == null) {
				return select(session, this.sql.selectFirstDue(), limit, last);
			}
			long time = Rows.nanos(after.runAt());
			String actorId = after.actorId();
			return session.dialect().comparesRows()
					? select(session, this.sql.selectDueAfter(), limit, last, time, actorId, after.id())
					: select(session, this.sql.selectDueAfterByColumns(), limit, last, time, time, actorId, actorId,
							after.id());
		});
	}

	private static List<DueSchedule> select(Session session, String sql, int limit, Object... values)
			throws SQLException {
		List<DueSchedule> page = new ArrayList<>();
		try (PreparedStatement select = session.prepare(sql)) {
			int index = 1;
			for (Object value : values) {
				if (value instanceof String text) {
					session.dialect().setText(select, index++, text);
				}
				else {
					select.setLong(index++, (Long) value);
				}
			}
			select.setInt(index, limit);
			try (ResultSet row = select.executeQuery()) {
				while (row.next()) {
					page.add(session.rows().due(row));
				}
			}
		}
		return page;
	}

	/**
	 * Changes the time of a schedule, unless it has another one than expected. Removes it
	 * if its instance does not exist: a node without schedules has deleted the instance.
	 */
	void postpone(DueSchedule due, Instant until) {
		this.connections.change("The time of a schedule of " + due.actorId(), (session) -> {
			boolean exists = exists(session, due.actorId());
			try (PreparedStatement change = session
				.prepare(exists ? this.sql.updateRunAt() : this.sql.deleteDueSchedule())) {
				int index = 1;
				if (exists) {
					change.setLong(index++, Rows.nanos(until));
				}
				session.dialect().setText(change, index++, due.actorId());
				session.dialect().setText(change, index++, due.id());
				change.setLong(index, Rows.nanos(due.runAt()));
				return change.executeUpdate();
			}
		});
	}

	private boolean exists(Session session, String actorId) throws SQLException {
		try (PreparedStatement select = session.prepare(this.sql.findActor())) {
			session.rows().setTexts(select, actorId);
			try (ResultSet row = select.executeQuery()) {
				return row.next();
			}
		}
	}

}
