/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import io.rivetevents.jdbc.outbox.JdbcOutboxStore;
import io.rivetevents.outbox.OutboxRow;
import io.rivetevents.outbox.OutboxRow.Postponed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * The outbox in each database: transactions of the application, and nodes that take rows
 * at the same time.
 */
class JdbcOutboxStoreTests {

	private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.123456789Z");

	private static final Instant LATER = NOW.plusSeconds(30);

	@TempDir
	Path folder;

	private DataSource database = new DriverManagerDataSource();

	private final ExecutorService workers = Executors.newSingleThreadExecutor();

	@AfterEach
	void stop() {
		this.workers.shutdown();
	}

	private JdbcOutboxStore store(Dialect dialect) {
		this.database = new DriverManagerDataSource(switch (dialect) {
			case POSTGRESQL -> DatabaseServer.postgresql().newDatabase();
			case MARIADB, MYSQL -> DatabaseServer.mariadb().newDatabase();
			case H2 -> "jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(UUID.randomUUID());
			case SQLITE -> "jdbc:sqlite:" + this.folder.resolve("rows");
		});
		new JdbcSchema(this.database, JdbcSettings.defaults()).create();
		return other();
	}

	/** Returns the store of another node. */
	private JdbcOutboxStore other() {
		return new JdbcOutboxStore(this.database, JdbcSettings.defaults(), () -> false, this.workers);
	}

	private static OutboxRow row(String id) {
		return row(id, NOW);
	}

	private static OutboxRow row(String id, Instant due) {
		return new OutboxRow(id, OutboxRow.EVENT, "user ä", "gesendet ü", "{}".getBytes(StandardCharsets.UTF_8), NOW,
				due, 0, null);
	}

	private void add(JdbcOutboxStore store, String... ids) {
		for (String id : ids) {
			store.add(row(id), () -> {
			});
		}
	}

	private static List<String> ids(Collection<OutboxRow> rows) {
		return rows.stream().map(OutboxRow::id).toList();
	}

	private TransactionTemplate transaction() {
		return transaction(this.database);
	}

	private static TransactionTemplate transaction(DataSource dataSource) {
		return new TransactionTemplate(new DataSourceTransactionManager(dataSource));
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL")
	void aRowIsPartOfTheTransaction(Dialect dialect) {
		JdbcOutboxStore store = store(dialect);
		List<String> committed = new ArrayList<>();
		transaction().executeWithoutResult((transaction) -> {
			store.add(row("a"), () -> committed.add("a"));
			assertThat(committed).isEmpty();
		});
		transaction().executeWithoutResult((transaction) -> {
			store.add(row("b"), () -> committed.add("b"));
			transaction.setRollbackOnly();
		});
		assertThat(committed).containsExactly("a");
		assertThat(store.take(10, NOW, LATER)).usingRecursiveFieldByFieldElementComparator()
			.containsExactly(row("a").taken(LATER));
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL")
	void aRowOfANestedTransactionIsRolledBackWithIt(Dialect dialect) {
		JdbcOutboxStore store = store(dialect);
		TransactionTemplate nested = transaction();
		nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
		transaction().executeWithoutResult((transaction) -> {
			add(store, "a");
			nested.executeWithoutResult((inner) -> {
				add(store, "b");
				inner.setRollbackOnly();
			});
			add(store, "c");
		});
		assertThat(ids(store.take(10, NOW, LATER))).containsExactly("a", "c");
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL")
	void aRowIsCommittedWithoutATransaction(Dialect dialect) {
		JdbcOutboxStore store = store(dialect);
		List<String> committed = new ArrayList<>();
		store.add(row("a"), () -> committed.addAll(ids(store.take(10, NOW, LATER))));
		assertThat(committed).containsExactly("a");
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL")
	void rowsAreTakenInOrderUntilTheLeaseEnds(Dialect dialect) {
		JdbcOutboxStore store = store(dialect);
		add(store, "b", "c", "a");
		store.add(row("0", NOW.plusNanos(1)), () -> {
		});
		assertThat(ids(store.take(2, NOW, LATER))).containsExactly("a", "b");
		assertThat(ids(store.take(2, NOW, LATER))).containsExactly("c");
		assertThat(store.take(2, NOW, LATER)).isEmpty();
		assertThat(store.take(9, LATER, LATER.plusSeconds(1))).extracting(OutboxRow::id, OutboxRow::attempts)
			.containsExactly(tuple("0", 1), tuple("a", 2), tuple("b", 2), tuple("c", 2));
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL")
	void handledRowsAreDeletedAndOthersDueAgain(Dialect dialect) {
		JdbcOutboxStore store = store(dialect);
		add(store, "a", "b", "c");
		List<OutboxRow> taken = store.take(10, NOW, LATER);
		Instant due = NOW.plusSeconds(5);
		store.finish(List.of("a", "unknown"), List.of(new Postponed(taken.get(1), due, 7, NOW)));
		assertThat(store.take(10, due.minusNanos(1), LATER)).isEmpty();
		assertThat(store.take(10, due, LATER)).singleElement().satisfies((row) -> {
			assertThat(row.id()).isEqualTo("b");
			assertThat(row.attempts()).isEqualTo(8);
			assertThat(row.sentAt()).isEqualTo(NOW);
			assertThat(row.createdAt()).isEqualTo(NOW);
		});
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL")
	void aRowThatAnotherNodeHasTakenIsNotPostponed(Dialect dialect) {
		JdbcOutboxStore store = store(dialect);
		add(store, "a");
		List<OutboxRow> taken = store.take(10, NOW, LATER);
		assertThat(other().take(10, LATER, LATER.plusSeconds(30))).hasSize(1);
		store.finish(List.of(), List.of(new Postponed(taken.get(0), NOW, 0, null)));
		assertThat(store.take(10, LATER.plusSeconds(29), LATER.plusSeconds(60))).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL")
	void aLeaseIsRenewedUnlessAnotherNodeHasTakenTheRow(Dialect dialect) {
		JdbcOutboxStore store = store(dialect);
		add(store, "a", "b", "c");
		List<OutboxRow> taken = store.take(2, NOW, LATER);
		assertThat(ids(other().take(1, NOW, LATER.plusSeconds(1)))).containsExactly("c");
		Instant until = NOW.plusSeconds(50);
		List<OutboxRow> held = List.of(taken.get(1), row("c").taken(LATER), row("unknown"), taken.get(0));
		assertThat(store.renew(held, until)).containsExactlyInAnyOrder("a", "b");
		assertThat(ids(store.take(10, LATER.plusSeconds(1), until))).containsExactly("c");
		assertThat(store.take(10, until, until.plusSeconds(1))).extracting(OutboxRow::id, OutboxRow::attempts)
			.containsExactly(tuple("a", 2), tuple("b", 2), tuple("c", 3));
	}

	/** SQLite has one connection that writes, and one node. */
	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "MARIADB", "H2" })
	void oneNodeTakesEachRow(Dialect dialect) throws InterruptedException, ExecutionException {
		JdbcOutboxStore store = store(dialect);
		List<String> all = IntStream.range(0, 300).mapToObj("%04d"::formatted).toList();
		add(store, all.toArray(String[]::new));
		ConcurrentLinkedQueue<String> taken = new ConcurrentLinkedQueue<>();
		Callable<@Nullable Void> node = () -> {
			JdbcOutboxStore own = other();
			while (taken.size() < all.size()) {
				List<String> ids = ids(own.take(20, NOW, LATER));
				taken.addAll(ids);
				own.finish(ids, List.of());
			}
			return null;
		};
		ExecutorService threads = Executors.newFixedThreadPool(3);
		for (Future<@Nullable Void> each : threads.invokeAll(List.of(node, node, node))) {
			each.get();
		}
		threads.shutdown();
		assertThat(taken).containsExactlyInAnyOrderElementsOf(all);
	}

	@Test
	void aCallbackAfterTheCommitAddsARow() {
		JdbcOutboxStore store = store(Dialect.H2);
		List<String> committed = new CopyOnWriteArrayList<>();
		transaction().executeWithoutResult((transaction) -> TransactionSynchronizationManager
			.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					store.add(row("late"), () -> committed.add("late"));
				}

				@Override
				public void afterCompletion(int status) {
					store.add(row("later"), () -> committed.add("later"));
				}

				@Override
				public void beforeCompletion() {
					store.add(row("before"), () -> committed.add("before"));
				}

			}));
		Awaitility.await()
			.untilAsserted(() -> assertThat(committed).containsExactlyInAnyOrder("before", "late", "later"));
		assertThat(ids(store.take(10, NOW, LATER))).containsExactlyInAnyOrder("before", "late", "later");
	}

	/** The pool commits it after the check of the thread that adds it again. */
	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL")
	void aRowThatAPoolCommitsMeanwhileIsNotStoredTwice(Dialect dialect) {
		store(dialect);
		this.database = new UnseenRows(this.database);
		JdbcOutboxStore store = other();
		List<String> committed = new CopyOnWriteArrayList<>();
		transaction().executeWithoutResult((transaction) -> TransactionSynchronizationManager
			.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					store.add(row("late"), () -> committed.add("late"));
				}

			}));
		Awaitility.await().untilAsserted(() -> assertThat(committed).containsExactly("late"));
		assertThat(ids(store.take(10, NOW, LATER))).containsExactly("late");
	}

	@Test
	void rejectsATransactionOfAnotherDataSource() throws SQLException {
		JdbcOutboxStore store = store(Dialect.H2);
		DataSource another = new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID());
		assertThatIllegalStateException()
			.isThrownBy(() -> transaction(another).executeWithoutResult((transaction) -> add(store, "a")))
			.withMessageContaining("event gesendet ü was not stored")
			.withMessageContaining("does not use the DataSource of rivet-events");
		assertThatIllegalStateException().isThrownBy(() -> transaction(another).executeWithoutResult((transaction) -> {
			DataSourceUtils.getConnection(this.database);
			add(store, "a");
		})).withMessageContaining("belongs to another DataSource");
		assertThat(count()).isZero();
	}

	@Test
	void rejectsAReadOnlyTransaction() throws SQLException {
		JdbcOutboxStore store = store(Dialect.H2);
		TransactionTemplate readOnly = transaction();
		readOnly.setReadOnly(true);
		assertThatIllegalStateException().isThrownBy(() -> readOnly.executeWithoutResult((status) -> add(store, "a")))
			.withMessageContaining("read-only");
		assertThat(count()).isZero();
	}

	@Test
	void rejectsAThreadThatMayBeInAReactiveTransaction() throws SQLException {
		store(Dialect.H2);
		JdbcOutboxStore store = new JdbcOutboxStore(this.database, JdbcSettings.defaults(), () -> true, this.workers);
		assertThatIllegalStateException().isThrownBy(() -> add(store, "a"))
			.withMessageContaining("ReactiveTransactionManager");
		assertThat(count()).isZero();
		transaction().executeWithoutResult((status) -> add(store, "a"));
		assertThat(count()).isOne();
	}

	@Test
	void reportsAFailureOfTheDatabase() throws SQLException {
		JdbcOutboxStore store = store(Dialect.H2);
		try (Connection connection = this.database.getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute("drop table rivet_outbox");
		}
		assertThatExceptionOfType(JdbcStateException.class).isThrownBy(() -> add(store, "a"))
			.withMessageContaining("event gesendet ü for user ä (a) could not be stored");
		assertThatExceptionOfType(JdbcStateException.class).isThrownBy(() -> store.take(1, NOW, LATER));
		assertThatExceptionOfType(JdbcStateException.class).isThrownBy(() -> store.finish(List.of("a"), List.of()));
	}

	private int count() throws SQLException {
		try (Connection connection = this.database.getConnection();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select count(*) from rivet_outbox")) {
			row.next();
			return row.getInt(1);
		}
	}

	/** Does not find a single row, as if it were not committed yet. */
	private static final class UnseenRows extends DelegatingDataSource {

		UnseenRows(DataSource target) {
			super(target);
		}

		@Override
		public Connection getConnection() throws SQLException {
			Connection connection = super.getConnection();
			return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
					(proxy, method, args) -> {
						try {
							return method.invoke(connection, withoutRows(args));
						}
						catch (InvocationTargetException ex) {
							throw ex.getCause();
						}
					});
		}

		private static Object @Nullable [] withoutRows(Object @Nullable [] args) {
			return (args != null && args[0] instanceof String sql && sql.startsWith("select 1 from"))
					? new Object[] { sql + " and 1 = 0" } : args;
		}

	}

}
