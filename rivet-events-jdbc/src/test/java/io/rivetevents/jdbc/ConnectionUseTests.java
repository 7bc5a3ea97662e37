/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.jdbc.Connections.Session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * How the store uses the connections of an application.
 */
class ConnectionUseTests {

	private static final ActorAddress ADDRESS = ActorAddress.of("room", "a");

	private final StoredActor actor = StoredActor.builder("id", ADDRESS).version(1).build();

	private final String url = "jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(UUID.randomUUID());

	private final JdbcConnectionPool pool = JdbcConnectionPool.create(this.url, "", "");

	private @Nullable JdbcActorStateStore store;

	@BeforeEach
	void createTables() {
		new JdbcSchema(this.pool, JdbcSettings.defaults()).create();
	}

	@AfterEach
	void close() {
		if (this.store != null) {
			this.store.close();
		}
		this.pool.dispose();
	}

	private JdbcActorStateStore store(DataSource dataSource) {
		this.store = new JdbcActorStateStore(dataSource, JdbcSettings.defaults());
		return this.store;
	}

	@Test
	void transactionsOfTheApplicationAreLeftAlone() {
		JdbcActorStateStore store = store(this.pool);
		JdbcTemplate application = new JdbcTemplate(this.pool);
		application.execute("create table mine (id int)");
		new TransactionTemplate(new JdbcTransactionManager(this.pool)).executeWithoutResult((status) -> {
			application.update("insert into mine values (1)");
			store.save(this.actor, 0);
			assertThat(store.load(ADDRESS)).isNotNull();
			status.setRollbackOnly();
		});
		assertThat(store.load(ADDRESS)).isNotNull();
		assertThat(application.queryForObject("select count(*) from mine", Integer.class)).isZero();
	}

	@Test
	void thePrimaryIsUsedEvenInTransactionsThatRead() {
		LazyConnectionDataSourceProxy routing = new LazyConnectionDataSourceProxy(this.pool);
		routing.setReadOnlyDataSource(JdbcConnectionPool.create("jdbc:h2:mem:%s".formatted(UUID.randomUUID()), "", ""));
		JdbcActorStateStore store = store(routing);
		TransactionTemplate reading = new TransactionTemplate(new JdbcTransactionManager(routing));
		reading.setReadOnly(true);
		reading.executeWithoutResult((status) -> {
			store.save(this.actor, 0);
			assertThat(store.load(ADDRESS)).isNotNull();
			assertThat(store.list("default", "room", null, 10)).hasSize(1);
		});
	}

	/**
	 * SQLite refuses a change after a read if another connection is changing something.
	 */
	@Test
	void aTransactionOfSqliteReadsAndThenChanges(@TempDir Path folder) throws SQLException {
		DataSource file = new DriverManagerDataSource(
				"jdbc:sqlite:%s?busy_timeout=1&journal_mode=WAL".formatted(folder.resolve("db")));
		JdbcTemplate other = new JdbcTemplate(file);
		other.execute("create table mine (id int)");
		Connections connections = new Connections(file, Duration.ofSeconds(5));
		try (Session session = connections.openTransaction();
				Statement statement = session.connection().createStatement()) {
			statement.executeQuery("select * from mine").close();
			assertThatThrownBy(() -> other.update("insert into mine values (1)")).hasMessageContaining("SQLITE_BUSY");
			statement.execute("insert into mine values (2)");
			session.connection().commit();
		}
		assertThat(other.queryForList("select id from mine", Integer.class)).containsExactly(2);
	}

	/** As MySQL does with rewriteBatchedStatements. */
	@Test
	void aDriverThatDoesNotCountInBatchesIsAskedOneByOne() throws Exception {
		AtomicInteger batches = new AtomicInteger();
		ObservedDataSource observed = new ObservedDataSource(this.pool) {

			@Override
			public Connection getConnection() throws SQLException {
				return withoutCounts(super.getConnection(), Connection.class, batches);
			}

		};
		JdbcActorStateStore store = store(observed);
		StoredActor other = StoredActor.builder("other", ActorAddress.of("room", "b")).version(1).build();
		store.save(this.actor, 0);
		store.save(other, 0);
		for (long version = 2; version <= 4; version++) {
			StoredActor first = this.actor.toBuilder().version(version).build();
			StoredActor second = other.toBuilder().version(version).build();
			observed.stop();
			Savers savers = new Savers();
			savers.start(() -> store.save(first, first.version() - 1));
			savers.start(() -> store.save(second, second.version() - 1));
			observed.go();
			assertThat(savers.failures()).hasSize(2).containsOnlyNulls();
		}
		assertThat(batches).as("two inserts, the first update of both").hasValue(3);
		assertThatThrownBy(() -> store.save(this.actor.toBuilder().version(9).build(), 8))
			.isInstanceOf(StaleStateException.class);
		assertThat(store.load(ADDRESS)).extracting(StoredActor::version).isEqualTo(4L);
	}

	private static <T> T withoutCounts(T target, Class<T> type, AtomicInteger batches) {
		return type
			.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, arguments) -> {
				try {
					Object result = method.invoke(target, arguments);
					if (method.getName().equals("executeBatch")) {
						batches.incrementAndGet();
						Arrays.fill((int[]) result, Statement.SUCCESS_NO_INFO);
					}
					return (result instanceof PreparedStatement statement)
							? withoutCounts(statement, PreparedStatement.class, batches) : result;
				}
				catch (InvocationTargetException ex) {
					throw ex.getTargetException();
				}
			}));
	}

	@Test
	void aDriverWithADefectDoesNotEndTheCommitter() {
		AtomicInteger calls = new AtomicInteger();
		JdbcActorStateStore store = store(new DelegatingDataSource(this.pool) {

			@Override
			public Connection getConnection() throws SQLException {
				if (calls.incrementAndGet() == 1) {
					throw new IllegalStateException("defect");
				}
				return super.getConnection();
			}

		});
		assertThatThrownBy(() -> store.save(this.actor, 0)).isInstanceOf(JdbcStateException.class)
			.hasMessageContaining("defect");
		store.save(this.actor, 0);
		assertThat(store.load(ADDRESS)).isNotNull();
	}

	@Test
	void aChangeThatWaitsNoLongerIsNotStored() throws Exception {
		ObservedDataSource observed = new ObservedDataSource(this.pool);
		this.store = new JdbcActorStateStore(observed, new JdbcSettings("rivet_", Duration.ofSeconds(2)));
		observed.stop();
		Savers savers = new Savers();
		savers.start(() -> this.store.save(this.actor, 0));
		savers.start(() -> this.store.save(this.actor, 0));
		savers.interrupt(1);
		List<@Nullable RuntimeException> failures = savers.failures();
		assertThat(failures.get(0)).isExactlyInstanceOf(JdbcStateException.class)
			.hasMessageContaining("room[a] (version 1, 200 bytes) has not been stored: timed out");
		assertThat(failures.get(1)).isExactlyInstanceOf(JdbcStateException.class)
			.hasMessageContaining("has not been stored: the thread was interrupted");
		observed.go();
		this.store.save(this.actor.toBuilder().version(7).build(), 0);
		assertThat(this.store.load(ADDRESS)).extracting(StoredActor::version).isEqualTo(7L);
	}

	@Test
	void aThreadThatIsInterruptedDuringTheCommitDoesNotReceiveTheOutcome() throws Exception {
		CountDownLatch inCommit = new CountDownLatch(1);
		CountDownLatch go = new CountDownLatch(1);
		JdbcActorStateStore store = store(new DelegatingDataSource(this.pool) {

			@Override
			public Connection getConnection() throws SQLException {
				Connection target = super.getConnection();
				return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(),
						new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
							if (method.getName().equals("commit")) {
								inCommit.countDown();
								go.await();
							}
							return method.invoke(target, arguments);
						});
			}

		});
		Savers savers = new Savers();
		savers.start(() -> store.save(this.actor, 0));
		inCommit.await();
		savers.interrupt(0);
		assertThat(savers.failures()).singleElement()
			.isInstanceOf(UncertainCommitException.class)
			.asString()
			.contains("may or may not have been stored: the thread was interrupted during the commit");
		go.countDown();
		store.close();
		assertThat(store.load(ADDRESS)).isNotNull();
	}

	@Test
	void closingCommitsWhatWaits() throws Exception {
		ObservedDataSource observed = new ObservedDataSource(this.pool);
		JdbcActorStateStore store = store(observed);
		observed.stop();
		Savers savers = new Savers();
		savers.start(() -> store.save(this.actor, 0));
		Thread closing = new Thread(store::close);
		closing.start();
		observed.go();
		assertThat(savers.failures()).containsOnlyNulls();
		closing.join();
		assertThat(store.load(ADDRESS)).isNotNull();
		assertThatThrownBy(() -> store.save(this.actor, 0)).isInstanceOf(JdbcStateException.class)
			.hasMessageContaining("the store is closed");
	}

}
