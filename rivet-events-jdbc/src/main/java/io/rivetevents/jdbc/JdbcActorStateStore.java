/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredConnection;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.jdbc.Connections.Session;
import io.rivetevents.jdbc.sql.Sql;

/**
 * Stores instances, their events, answers, schedules and connections in a relational
 * database: PostgreSQL, MariaDB, MySQL, H2 or SQLite. See {@link JdbcSchema} for its
 * tables.
 *
 * <p>
 * <b>Commits.</b> One thread commits all changes: those that wait at the same time share
 * a transaction. A calling thread blocks until its change has been committed, so the
 * number of waiting changes is that of the calling threads. Changes take part in a
 * transaction of the application only by {@link JoinedTransactions}.
 *
 * <p>
 * <b>Connections.</b> The store uses connections of the {@link DataSource} for a short
 * time each, one of them for the commits, and returns them with the settings that they
 * had. Transactions use the level "read committed". Connections are set to read-write, so
 * that a {@code DataSource} with replicas chooses the primary. A {@code DataSource} that
 * chooses a database or a connection by the calling thread, as
 * {@code TransactionAwareDataSourceProxy} does, must be replaced by its target. The
 * starter does so for that proxy.
 *
 * <p>
 * <b>Failures.</b> A failed change has changed nothing, except for
 * {@link UncertainCommitException}. If the connection is lost during a commit, the store
 * finds out from the database what was committed; this exception is thrown only if the
 * database is not available again within the timeout.
 *
 * <p>
 * <b>Texts.</b> Namespaces, names, keys and ids of schedules are compared and listed by
 * their bytes in UTF-8. That is the order of {@link String#compareTo} except for
 * characters beyond U+FFFF, which are last here. A namespace, a name and the id of a
 * schedule have at most {@value #MAX_NAME_SIZE} bytes, a key {@value #MAX_KEY_SIZE}. The
 * character U+0000 and incomplete surrogate pairs cannot be stored in these texts.
 *
 * @since 0.1.0
 */
public final class JdbcActorStateStore implements ActorStateStore, AutoCloseable {

	/** Maximum size of a serialized key, in bytes. */
	public static final int MAX_KEY_SIZE = 1024;

	/** Maximum size of a namespace, an actor name and the id of a schedule, in bytes. */
	public static final int MAX_NAME_SIZE = 255;

	private static final int MAX_ID_SIZE = 64;

	private final Connections connections;

	private final GroupWriter writer;

	private final Committer committer;

	private final Sql sql;

	private final Schedules schedules;

	private final InstantSource clock;

	private final Duration timeout;

	/**
	 * Creates a store with the clock of this process. The database is not used before the
	 * first call.
	 * @param dataSource has the connections
	 * @param settings names of the tables, and timeout
	 */
	public JdbcActorStateStore(DataSource dataSource, JdbcSettings settings) {
		this(dataSource, settings, InstantSource.system());
	}

	/**
	 * Creates a store. The database is not used before the first call.
	 * @param dataSource has the connections
	 * @param settings names of the tables, and timeout
	 * @param clock decides which events and answers have expired
	 */
	public JdbcActorStateStore(DataSource dataSource, JdbcSettings settings, InstantSource clock) {
		this.connections = new Connections(dataSource, settings.timeout());
		this.sql = new Sql(settings.tablePrefix());
		this.writer = new GroupWriter(this.sql);
		this.committer = new Committer(this.connections, this.writer, new Sweeper(this.connections, this.sql, clock),
				settings.timeout());
		this.schedules = new Schedules(this.connections, this.sql);
		this.clock = clock;
		this.timeout = settings.timeout();
	}

	@Override
	public @Nullable StoredActor load(ActorAddress address) {
		return (problem(address) != null) ? null
				: this.connections.find(address.toString(), (session) -> this.writer.find(session, address));
	}

	@Override
	public @Nullable StoredActor loadById(String actorId) {
		if (problem("id", actorId, MAX_ID_SIZE) != null) {
			return null;
		}
		return this.connections.find("The instance " + actorId, (session) -> {
			try (PreparedStatement select = session.prepare(this.sql.selectById())) {
				session.rows().setTexts(select, actorId);
				try (ResultSet row = select.executeQuery()) {
					return row.next() ? session.rows().actor(row) : null;
				}
			}
		});
	}

	@Override
	public void save(StoredActor actor, long expectedVersion) {
		commit(Change.of(actor, expectedVersion));
	}

	@Override
	public void commit(Change change) {
		ActorAddress address = change.actor().address();
		String problem = problem(address);
		for (StoredSchedule schedule : change.schedules()) {
			problem = (problem != null) ? problem : scheduleProblem(schedule.id());
		}
		if (problem != null) {
			throw new JdbcStateException("%s cannot be stored: %s".formatted(address, problem), null);
		}
		Write write = Write.of(withStorableIds(change));
		Session joined = this.connections.joined();
		if (joined != null) {
			writeWithin(joined, write);
		}
		else {
			await(write);
		}
	}

	private void writeWithin(Session joined, Write write) {
		try {
			if (this.writer.write(joined, List.of(write)).isEmpty()) {
				throw new StaleStateException(write.address(), write.expected());
			}
		}
		catch (SQLException ex) {
			throw new JdbcStateException("%s could not be stored: %s".formatted(write, ex.getMessage()), ex);
		}
	}

	/** Returns the connections of the store. */
	Connections connections() {
		return this.connections;
	}

	/** Other ids are not stored, so there is nothing to cancel. */
	private static Change withStorableIds(Change change) {
		List<String> cancelled = change.cancelled().stream().filter((id) -> scheduleProblem(id) == null).toList();
		return change.withSchedules(change.schedules(), cancelled);
	}

	private static @Nullable String scheduleProblem(String id) {
		return problem("schedule id", id, MAX_NAME_SIZE);
	}

	@Override
	public void delete(StoredActor actor) {
		if (problem(actor.address()) != null) {
			throw new StaleStateException(actor.address(), actor.version());
		}
		await(Write.deletion(actor));
	}

	private void await(Write write) {
		this.committer.submit(write);
		try {
			write.done().get(this.timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			throw rethrown(ex.getCause());
		}
		catch (TimeoutException ex) {
			throw abandoned(write, "timed out", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw abandoned(write, "the thread was interrupted", ex);
		}
	}

	/** With the stack trace of the caller; that of the committer is in the cause. */
	private static RuntimeException rethrown(@Nullable Throwable failure) {
		if (failure instanceof RuntimeException unchecked) {
			unchecked.setStackTrace(new Throwable().getStackTrace());
			return unchecked;
		}
		return new JdbcStateException("A change could not be stored", failure);
	}

	private JdbcStateException abandoned(Write write, String reason, Exception cause) {
		return this.committer.withdraw(write)
				? new JdbcStateException("%s has not been stored: %s".formatted(write, reason), cause)
				: new UncertainCommitException(
						"%s may or may not have been stored: %s during the commit".formatted(write, reason), cause);
	}

	@Override
	public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
		if (problem("namespace", namespace, MAX_NAME_SIZE) != null || problem("name", name, MAX_NAME_SIZE) != null) {
			return List.of();
		}
		String sql = (after != null) ? this.sql.selectAfter() : this.sql.selectFirst();
		return this.connections.read("The instances of " + name, (session) -> {
			try (PreparedStatement select = session.prepare(sql)) {
				session.rows().setTexts(select, namespace, name);
				if (after != null) {
					session.dialect().setText(select, 3, storable(after));
				}
				select.setInt((after != null) ? 4 : 3, limit);
				return all(session, select, Rows::listed);
			}
		});
	}

	@Override
	public boolean keepsHistory() {
		return true;
	}

	@Override
	public List<StoredEvent> events(String actorId, int limit) {
		List<StoredEvent> events = this.connections.read("The events of " + actorId, (session) -> {
			try (PreparedStatement select = session.prepare(this.sql.selectEvents())) {
				session.rows().setTexts(select, actorId);
				select.setLong(2, Rows.nanos(this.clock.instant()));
				select.setInt(3, limit);
				return all(session, select, Rows::event);
			}
		});
		Collections.reverse(events);
		return events;
	}

	@Override
	public @Nullable StoredAnswer answer(String actorId, String key) {
		return this.connections.find("An answer of " + actorId, (session) -> {
			try (PreparedStatement select = session.prepare(this.sql.selectAnswer())) {
				session.rows().setTexts(select, actorId, key);
				select.setLong(3, Rows.nanos(this.clock.instant()));
				try (ResultSet row = select.executeQuery()) {
					return row.next() ? new StoredAnswer(key, session.rows().expiresAt(row), row.getBytes("body"))
							: null;
				}
			}
		});
	}

	/**
	 * One column of a row.
	 *
	 * @param <T> what it becomes
	 */
	private interface Mapper<T> {

		T map(Rows rows, ResultSet row) throws SQLException;

	}

	private static <T> List<T> all(Session session, PreparedStatement select, Mapper<T> mapper) throws SQLException {
		List<T> all = new ArrayList<>();
		try (ResultSet row = select.executeQuery()) {
			while (row.next()) {
				all.add(mapper.map(session.rows(), row));
			}
		}
		return all;
	}

	@Override
	public boolean keepsSchedules() {
		return true;
	}

	@Override
	public List<StoredSchedule> schedules(String actorId) {
		return this.schedules.of(actorId);
	}

	@Override
	public List<DueSchedule> due(Instant until, @Nullable DueSchedule after, int limit) {
		return this.schedules.due(until, after, limit);
	}

	@Override
	public void postpone(DueSchedule due, Instant until) {
		this.schedules.postpone(due, until);
	}

	@Override
	public boolean keepsConnections() {
		return true;
	}

	@Override
	public List<StoredConnection> connections(String actorId) {
		return this.connections.read("The connections of " + actorId, (session) -> {
			try (PreparedStatement select = session.prepare(this.sql.selectConnections())) {
				session.rows().setTexts(select, actorId);
				return all(session, select, Rows::connection);
			}
		});
	}

	@Override
	public Duration timeout() {
		return this.timeout;
	}

	@Override
	public String initialize(String name, String value) {
		String stored = meta(name);
		if (stored != null) {
			return stored;
		}
		try {
			this.connections.change("The value of " + name, (session) -> {
				try (PreparedStatement insert = session.prepare(this.sql.insertMeta())) {
					session.rows().setTexts(insert, name, value);
					return insert.executeUpdate();
				}
			});
			return value;
		}
		catch (JdbcStateException ex) {
			// another node may have stored one meanwhile
			String other = meta(name);
			if (other == null) {
				throw ex;
			}
			return other;
		}
	}

	private @Nullable String meta(String name) {
		return this.connections.find("The value of " + name, (session) -> {
			try (PreparedStatement select = session.prepare(this.sql.selectMeta())) {
				session.rows().setTexts(select, name);
				try (ResultSet row = select.executeQuery()) {
					return row.next() ? session.rows().text(row, "content") : null;
				}
			}
		});
	}

	/**
	 * Rejects further changes and waits until those in progress have been committed, no
	 * longer than the timeout. The {@link DataSource} stays open.
	 */
	@Override
	public void close() {
		this.committer.close();
	}

	/**
	 * Returns why an address cannot be stored, {@code null} if it can. Otherwise one
	 * database would refuse the text, and another would cut or change it.
	 */
	private static @Nullable String problem(ActorAddress address) {
		String problem = problem("namespace", address.namespace(), MAX_NAME_SIZE);
		problem = (problem != null) ? problem : problem("name", address.name(), MAX_NAME_SIZE);
		return (problem != null) ? problem : problem("key", address.key().serialize(), MAX_KEY_SIZE);
	}

	private static @Nullable String problem(String what, String text, int maxSize) {
		if (storable(text).length() < text.length()) {
			return "its %s contains U+0000 or an incomplete surrogate pair".formatted(what);
		}
		int size = text.getBytes(StandardCharsets.UTF_8).length;
		return (size <= maxSize) ? null : "its %s has %d bytes, more than %d".formatted(what, size, maxSize);
	}

	/**
	 * Returns the beginning of a text up to the first character that cannot be stored. No
	 * stored text lies between this beginning and a longer one with U+0000.
	 */
	private static String storable(String text) {
		for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
			int next = text.codePointAt(i);
			if (next == 0 || Character.getType(next) == Character.SURROGATE) {
				return text.substring(0, i);
			}
		}
		return text;
	}

}
