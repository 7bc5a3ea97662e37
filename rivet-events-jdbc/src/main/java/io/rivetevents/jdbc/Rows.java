/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredConnection;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.protocol.ActorKey;

/**
 * Writes stored objects into parameters of statements, and reads them from rows. Times
 * are nanoseconds since 1970 in UTC: exact on every database, and independent of the time
 * zones of session and server. Public for the outbox.
 *
 * @param dialect how texts are written
 */
public record Rows(Dialect dialect) {

	private static final long SECOND = 1_000_000_000L;

	/**
	 * Returns a time as it is stored. Times outside the years 1677 to 2262 become the
	 * first or last one.
	 */
	public static long nanos(Instant time) {
		try {
			return Math.addExact(Math.multiplyExact(time.getEpochSecond(), SECOND), time.getNano());
		}
		catch (ArithmeticException ex) {
			return (time.getEpochSecond() < 0) ? Long.MIN_VALUE : Long.MAX_VALUE;
		}
	}

	/** Returns a time from a column that is not {@code null}. */
	public static Instant time(ResultSet row, String column) throws SQLException {
		long nanos = row.getLong(column);
		return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
	}

	/** Sets texts from the first parameter on. */
	void setTexts(PreparedStatement statement, String... texts) throws SQLException {
		for (int i = 0; i < texts.length; i++) {
			this.dialect.setText(statement, i + 1, texts[i]);
		}
	}

	/** Sets namespace, name and key from the first parameter on. */
	void setAddress(PreparedStatement statement, ActorAddress address) throws SQLException {
		setTexts(statement, address.namespace(), address.name(), address.key().serialize());
	}

	/**
	 * Sets the columns that change.
	 * @param first index of the first parameter
	 * @return index of the next parameter
	 */
	int setChanging(PreparedStatement statement, int first, StoredActor actor) throws SQLException {
		int index = first;
		statement.setLong(index++, actor.version());
		statement.setLong(index++, actor.generation());
		statement.setInt(index++, actor.format());
		this.dialect.setText(statement, index++, actor.owner());
		this.dialect.setText(statement, index++, actor.epoch());
		statement.setLong(index++, actor.reserved());
		this.dialect.setText(statement, index++, actor.marks());
		statement.setLong(index++, nanos(actor.createdAt()));
		statement.setLong(index++, nanos(actor.savedAt()));
		statement.setBytes(index++, actor.state());
		statement.setBytes(index++, actor.input());
		return index;
	}

	/** Sets all columns of an event. */
	void setEvent(PreparedStatement statement, String actorId, StoredEvent event) throws SQLException {
		this.dialect.setText(statement, 1, actorId);
		statement.setLong(2, event.position());
		statement.setLong(3, event.previous());
		statement.setLong(4, nanos(event.sentAt()));
		statement.setLong(5, nanos(event.expiresAt()));
		this.dialect.setText(statement, 6, event.name());
		this.dialect.setText(statement, 7, event.target());
		statement.setBytes(8, event.body());
	}

	/** Sets all columns of a schedule. */
	void setSchedule(PreparedStatement statement, String actorId, StoredSchedule schedule) throws SQLException {
		setTexts(statement, actorId, schedule.id());
		Instant runAt = schedule.runAt();
		if (runAt != null) {
			statement.setLong(3, nanos(runAt));
		}
		else {
			statement.setNull(3, Types.BIGINT);
		}
		statement.setInt(4, schedule.slot());
		this.dialect.setText(statement, 5, schedule.action());
		statement.setBytes(6, schedule.body());
	}

	/** Returns an instance with its state and input. */
	StoredActor actor(ResultSet row) throws SQLException {
		return listed(row).toBuilder().state(row.getBytes("state")).input(row.getBytes("input")).build();
	}

	/** Returns an instance without its state and input. */
	StoredActor listed(ResultSet row) throws SQLException {
		ActorAddress address = new ActorAddress(text(row, "namespace"), text(row, "name"),
				ActorKey.parse(text(row, "actor_key")));
		return StoredActor.builder(text(row, "actor_id"), address)
			.version(row.getLong("version"))
			.generation(row.getLong("generation"))
			.format(row.getInt("format"))
			.owner(this.dialect.getText(row, "owner"))
			.epoch(this.dialect.getText(row, "epoch"))
			.reserved(row.getLong("reserved"))
			.marks(this.dialect.getText(row, "marks"))
			.createdAt(time(row, "created_at"))
			.savedAt(time(row, "saved_at"))
			.build();
	}

	/** Returns an event. */
	StoredEvent event(ResultSet row) throws SQLException {
		return new StoredEvent(row.getLong("position"), row.getLong("previous"), time(row, "sent_at"),
				time(row, "expires_at"), text(row, "name"), text(row, "target"), row.getBytes("body"));
	}

	/** Returns a schedule. */
	StoredSchedule schedule(ResultSet row) throws SQLException {
		Instant time = time(row, "run_at");
		Instant runAt = row.wasNull() ? null : time;
		return new StoredSchedule(text(row, "schedule_id"), runAt, row.getInt("slot"), text(row, "action"),
				row.getBytes("body"));
	}

	/** Sets all columns of a connection. */
	void setConnection(PreparedStatement statement, String actorId, StoredConnection connection) throws SQLException {
		setTexts(statement, actorId, connection.id());
		statement.setBytes(3, connection.body());
	}

	/** Returns a connection. */
	StoredConnection connection(ResultSet row) throws SQLException {
		return new StoredConnection(text(row, "connection_id"), row.getBytes("body"));
	}

	/** Returns a schedule that has a time. */
	DueSchedule due(ResultSet row) throws SQLException {
		return new DueSchedule(time(row, "run_at"), text(row, "actor_id"), text(row, "schedule_id"));
	}

	/** Returns when a row expires. */
	Instant expiresAt(ResultSet row) throws SQLException {
		return time(row, "expires_at");
	}

	/** Returns a column that always has a value. */
	String text(ResultSet row, String column) throws SQLException {
		return Objects.requireNonNull(this.dialect.getText(row, column), column);
	}

}
