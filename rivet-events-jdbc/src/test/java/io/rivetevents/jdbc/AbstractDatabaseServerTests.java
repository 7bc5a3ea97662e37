/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.jdbc.CuttingProxy.Cut;
import io.rivetevents.jdbc.sql.Sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What differs between database servers, including the loss of connections and servers.
 */
abstract class AbstractDatabaseServerTests extends AbstractJdbcActorStateStoreTests {

	private final List<AutoCloseable> opened = new ArrayList<>();

	private String url;

	abstract DatabaseServer server();

	@Override
	DataSource emptyDatabase() {
		this.url = server().newDatabase();
		return pool(this.url);
	}

	private DataSource pool(String url) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(url);
		pool.setMaximumPoolSize(5);
		this.opened.add(pool);
		return pool;
	}

	@AfterEach
	void closeOpened() throws Exception {
		for (AutoCloseable opened : this.opened) {
			opened.close();
		}
	}

	private CuttingProxy proxy() throws IOException {
		CuttingProxy proxy = new CuttingProxy(server().port());
		this.opened.add(0, proxy);
		return proxy;
	}

	/**
	 * Opens a store whose connections lead through a proxy, each to a connection of its
	 * own.
	 */
	private JdbcActorStateStore storeBehind(CuttingProxy proxy, Duration timeout) {
		// without prepared statements, of which the proxy sees only the names
		String url = this.url.replace(":" + server().port() + "/", ":" + proxy.port() + "/") + "&prepareThreshold=0";
		this.dataSource = new ObservedDataSource(new DriverManagerDataSource(url));
		JdbcActorStateStore store = new JdbcActorStateStore(this.dataSource, new JdbcSettings("rivet_", timeout),
				() -> this.now);
		this.opened.add(0, store);
		return store;
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void connectionsAreReturnedAsTheyWere(boolean autoCommit) throws SQLException {
		try (Connection connection = DriverManager.getConnection(this.url)) {
			connection.setAutoCommit(autoCommit);
			connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
			connection.setReadOnly(true);
			connection.setNetworkTimeout(Runnable::run, 77_000);
			DataSource one = new SingleConnectionDataSource(connection, true);
			StoredActor actor = actor("a").build();
			// a change is completed before its connection is returned
			try (JdbcActorStateStore store = new JdbcActorStateStore(one, this.settings)) {
				store.save(actor, 0);
			}
			assertSettings(connection, autoCommit);
			try (JdbcActorStateStore store = new JdbcActorStateStore(one, this.settings)) {
				assertThat(store.load(actor.address())).isNotNull();
				assertSettings(connection, autoCommit);
				assertThatThrownBy(() -> store.save(actor, 0)).isInstanceOf(StaleStateException.class);
			}
			assertSettings(connection, autoCommit);
		}
	}

	private static void assertSettings(Connection connection, boolean autoCommit) throws SQLException {
		assertThat(connection.getAutoCommit()).isEqualTo(autoCommit);
		assertThat(connection.isReadOnly()).isTrue();
		assertThat(connection.getNetworkTimeout()).isEqualTo(77_000);
		assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
		if (!autoCommit) {
			connection.rollback();
		}
	}

	/** Returns the statement that updates what the database knows of a table. */
	abstract String analyze(String table);

	/**
	 * Returns how a plan is written that reads the index of schedules, and no more rows
	 * than it returns.
	 */
	abstract List<String> goodPlan();

	/** Or each page would read, and perhaps sort, all schedules with the same time. */
	/** A node that stops before its commit must not block the next owner. */
	@Test
	void locksOfATransactionThatStoppedAreReleased() throws Exception {
		StoredActor updated = actor("a").build();
		StoredActor deleted = actor("b").build();
		this.store.save(updated, 0);
		this.store.save(deleted, 0);
		List<Write> changes = List.of(Write.of(Change.of(updated.toBuilder().version(2).build(), 1)),
				Write.deletion(deleted), Write.of(Change.of(actor("c").build(), 0)));
		GroupWriter writer = new GroupWriter(new Sql("rivet_"));
		Connections connections = new Connections(this.dataSource, Duration.ofSeconds(10));
		List<Connections.Session> stopped = new ArrayList<>();
		for (Write change : changes) {
			Connections.Session session = connections.openTransaction();
			stopped.add(session);
			assertThat(writer.write(session, List.of(change))).hasSize(1);
		}
		Duration timeout = Duration.ofSeconds(10);
		try (JdbcActorStateStore other = new JdbcActorStateStore(this.dataSource,
				new JdbcSettings("rivet_", timeout))) {
			other.save(updated.toBuilder().version(2).build(), 1);
			other.delete(deleted);
			other.save(actor("c").build(), 0);
		}
		for (Connections.Session session : stopped) {
			session.close();
		}
	}

	@Test
	void onlyDueSchedulesOfThePageAreRead() throws SQLException {
		insertSchedules(20_000);
		long now = Rows.nanos(this.now);
		DueSchedule half = this.store.due(this.now, null, 10_000).get(9999);
		String id = half.actorId();
		Sql sql = new Sql("rivet_");
		try (Connection connection = DriverManager.getConnection(this.url)) {
			execute(connection, analyze("rivet_schedule"));
			checkPlan(connection, sql.selectFirstDue(), now, 100L);
			if (Dialect.of(connection).comparesRows()) {
				checkPlan(connection, sql.selectDueAfter(), now, now, id, half.id(), 100L);
			}
			else {
				checkPlan(connection, sql.selectDueAfterByColumns(), now, now, now, id, id, half.id(), 100L);
			}
		}
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private void checkPlan(Connection connection, String sql, Object... values) throws SQLException {
		String explain = (server() == DatabaseServer.mariadb()) ? "analyze " : "explain analyze ";
		StringBuilder plan = new StringBuilder();
		try (PreparedStatement select = connection.prepareStatement(explain + sql)) {
			for (int i = 0; i < values.length; i++) {
				if (values[i] instanceof String text) {
					Dialect.of(connection).setText(select, i + 1, text);
				}
				else {
					select.setLong(i + 1, (Long) values[i]);
				}
			}
			try (ResultSet row = select.executeQuery()) {
				while (row.next()) {
					for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
						plan.append("%s=%s\n".formatted(row.getMetaData().getColumnLabel(i), row.getString(i)));
					}
				}
			}
		}
		assertThat(plan).contains(goodPlan()).doesNotContainIgnoringCase("sort", "removed by filter");
	}

	/**
	 * With a late commit, the second attempt waits for the locks of the first: only then
	 * it is stale.
	 */
	@ParameterizedTest
	@EnumSource(names = { "BEFORE_COMMIT", "AFTER_COMMIT", "LATE_COMMIT" })
	void aConnectionThatIsLostDuringTheCommitHasNoEffect(Cut cut) throws Exception {
		CuttingProxy proxy = proxy();
		JdbcActorStateStore store = storeBehind(proxy, TIMEOUT);
		times(6, (i) -> actor("old" + i).build()).forEach((actor) -> store.save(actor, 0));
		this.dataSource.stop();
		Savers savers = new Savers();
		savers.start(() -> store.save(actor("first").build(), 0));
		times(6, (i) -> actor("old" + i).version(2).savedAt(this.now.plusSeconds(1)).build()).forEach((actor) -> savers
			.start(() -> store.commit(Change.of(actor, 1).withEvents(List.of(event(1), event(2)), List.of()))));
		times(6, (i) -> actor("new" + i).build()).forEach((actor) -> savers
			.start(() -> store.commit(Change.of(actor, 0).withEvents(List.of(event(1)), List.of()))));
		StoredActor first = actor("old0").build();
		savers.start(() -> store.commit(Change.of(actor("other").version(2).build(), 1)));
		proxy.cut(cut);
		this.dataSource.go();
		List<@Nullable RuntimeException> failures = savers.failures();
		assertThat(proxy.cuts()).isEqualTo(1);
		assertThat(failures.remove(13)).isInstanceOf(StaleStateException.class);
		assertThat(failures).hasSize(13).containsOnlyNulls();
		assertThat(this.store.list("default", "room", "new", 100)).extracting(StoredActor::version)
			.containsExactly(1L, 1L, 1L, 1L, 1L, 1L, 2L, 2L, 2L, 2L, 2L, 2L);
		assertThat(this.store.events(first.actorId(), 9)).extracting(StoredEvent::position).containsExactly(1L, 2L);
		assertThat(this.store.events(actor("new5").build().actorId(), 9)).hasSize(1);
	}

	@Test
	void aDeletionWhoseAnswerIsLostSucceeds() throws Exception {
		CuttingProxy proxy = proxy();
		JdbcActorStateStore store = storeBehind(proxy, TIMEOUT);
		StoredActor actor = actor("a").build();
		store.save(actor, 0);
		proxy.cut(Cut.AFTER_COMMIT);
		store.delete(actor);
		assertThat(proxy.cuts()).isEqualTo(1);
		assertThat(this.store.load(actor.address())).isNull();
	}

	/** Another node has saved the next version before the outcome was found out. */
	@Test
	void aChangeThatWasReplacedMeanwhileIsStale() throws Exception {
		CuttingProxy proxy = proxy();
		JdbcActorStateStore store = storeBehind(proxy, TIMEOUT);
		StoredActor actor = actor("a").build();
		store.save(actor, 0);
		proxy.cut(Cut.BEFORE_COMMIT_AND_REFUSE);
		Savers savers = new Savers();
		savers.start(() -> store.save(actor.toBuilder().version(2).build(), 1));
		Awaitility.await().until(() -> proxy.cuts() == 1);
		this.store.save(actor.toBuilder().version(2).savedAt(this.now.plusSeconds(1)).build(), 1);
		proxy.refuse(false);
		assertThat(savers.failures()).singleElement().isInstanceOf(StaleStateException.class);
	}

	@Test
	void anOutcomeThatCannotBeFoundOutIsUncertain() throws Exception {
		CuttingProxy proxy = proxy();
		JdbcActorStateStore store = storeBehind(proxy, Duration.ofSeconds(2));
		StoredActor actor = actor("a").build();
		store.save(actor, 0);
		proxy.cut(Cut.AFTER_COMMIT_AND_REFUSE);
		assertThatThrownBy(() -> store.save(actor.toBuilder().version(2).build(), 1))
			.isInstanceOf(UncertainCommitException.class)
			.hasMessageContaining("room[a]")
			.hasMessageContaining("may or may not have been stored");
		assertThatThrownBy(() -> store.save(actor("b").build(), 0)).isInstanceOf(JdbcStateException.class)
			.isNotInstanceOf(UncertainCommitException.class)
			.hasMessageContaining("room[b]");
		proxy.refuse(false);
		Awaitility.await().ignoreExceptions().untilAsserted(() -> store.save(actor("b").build(), 0));
		assertThat(this.store.load(actor("b").build().address())).isNotNull();
		assertThat(this.store.load(actor.address())).extracting(StoredActor::version).isEqualTo(2L);
	}

	/** Drivers wait without limit for a server that has vanished. */
	@Test
	void aServerThatDoesNotAnswerIsGivenUp() throws Exception {
		CuttingProxy proxy = proxy();
		JdbcActorStateStore store = storeBehind(proxy, Duration.ofSeconds(2));
		StoredActor actor = actor("a").build();
		store.save(actor, 0);
		proxy.cut(Cut.SILENCE);
		assertThatThrownBy(() -> store.save(actor.toBuilder().version(2).build(), 1))
			.isInstanceOf(UncertainCommitException.class);
		Awaitility.await().ignoreExceptions().untilAsserted(() -> store.save(actor("b").build(), 0));
		assertThat(this.store.load(actor.address())).extracting(StoredActor::version).isEqualTo(2L);
	}

	@Test
	void aDatabaseThatIsAwayAtTheStartIsUsedLater() throws Exception {
		CuttingProxy proxy = proxy();
		proxy.refuse(true);
		JdbcActorStateStore store = storeBehind(proxy, TIMEOUT);
		StoredActor actor = actor("a").build();
		assertThatThrownBy(() -> store.load(actor.address())).isInstanceOf(JdbcStateException.class)
			.hasMessageContaining("room[a] could not be read");
		assertThatThrownBy(() -> store.save(actor, 0)).isInstanceOf(JdbcStateException.class)
			.hasMessageContaining("could not be stored");
		proxy.refuse(false);
		Awaitility.await().ignoreExceptions().untilAsserted(() -> store.save(actor, 0));
		assertThat(store.load(actor.address())).isNotNull();
	}

	/** Nothing that was acknowledged is lost, and writers go on where they were. */
	@Test
	void theServerMayBeKilledAndStartedAgain() throws Exception {
		AtomicBoolean ends = new AtomicBoolean();
		Map<ActorAddress, StoredActor> acknowledged = new ConcurrentHashMap<>();
		List<Thread> writers = times(8, (i) -> new Thread(() -> write(actor("w" + i), ends, acknowledged)));
		writers.forEach(Thread::start);
		Awaitility.await().until(() -> acknowledged.size() == 8);
		server().kill();
		server().start();
		Map<ActorAddress, StoredActor> before = Map.copyOf(acknowledged);
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> before.values().stream().allMatch((old) -> acknowledged.get(old.address()) != old));
		ends.set(true);
		for (Thread writer : writers) {
			writer.join();
		}
		acknowledged.forEach(
				(address, actor) -> assertThat(this.store.load(address)).usingRecursiveComparison().isEqualTo(actor));
	}

	private void write(StoredActor.Builder actor, AtomicBoolean ends, Map<ActorAddress, StoredActor> acknowledged) {
		for (long version = 1; !ends.get();) {
			StoredActor next = actor.version(version).state(Long.toString(version).getBytes()).build();
			try {
				this.store.save(next, version - 1);
				acknowledged.put(next.address(), next);
				version++;
			}
			catch (StaleStateException ex) {
				// an uncertain change was stored
				version = this.store.load(next.address()).version() + 1;
			}
			catch (JdbcStateException ex) {
				pause();
			}
		}
	}

	private static void pause() {
		try {
			Thread.sleep(50);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
