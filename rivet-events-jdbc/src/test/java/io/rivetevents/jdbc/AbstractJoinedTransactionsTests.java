/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;
import org.springframework.transaction.interceptor.MatchAlwaysTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionInterceptor;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActionTransaction;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.jdbc.CuttingProxy.Cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Transactions of the application whose database does not answer, or not in time. Drivers
 * wait for it without a limit.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
abstract class AbstractJoinedTransactionsTests {

	private static final JdbcSettings SETTINGS = new JdbcSettings(JdbcSettings.DEFAULT_TABLE_PREFIX,
			Duration.ofSeconds(1));

	private static final StoredActor ACTOR = StoredActor.builder("id", ActorAddress.of("room", "a")).version(1).build();

	private static final StoredAnswer ANSWER = new StoredAnswer("key", Instant.now().plusSeconds(600), new byte[0]);

	private CuttingProxy proxy;

	/** Of the database, without the proxy. */
	private String url;

	private String urlOfProxy;

	private final List<AutoCloseable> opened = new ArrayList<>();

	abstract DatabaseServer server();

	@BeforeEach
	void start() throws IOException {
		DatabaseServer server = server();
		this.url = server.newDatabase();
		this.proxy = new CuttingProxy(server.port());
		// for PostgreSQL: the proxy does not recognize a prepared commit
		this.urlOfProxy = this.url.replace(":" + server.port(), ":" + this.proxy.port()) + "&prepareThreshold=0";
	}

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable each : this.opened) {
			each.close();
		}
		this.proxy.close();
	}

	private Transactions pool() {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(this.urlOfProxy);
		pool.setMaximumPoolSize(2);
		this.opened.add(pool);
		return new Transactions(pool, pool);
	}

	@Test
	void givesUpACommitWithoutAnAnswer() {
		Transactions transactions = pool();
		this.proxy.cut(Cut.SILENCE);
		assertThatThrownBy(() -> transactions.run(() -> {
		})).isNotNull();
		assertThat(transactions.outcome).isEqualTo(ActionTransaction.Outcome.UNCERTAIN);
		assertThat(transactions.store.load(ACTOR.address())).extracting(StoredActor::version).isEqualTo(2L);
	}

	/** The database cancels the statement, and the connection can be used further. */
	@Test
	void givesUpALockedRow() throws SQLException {
		Transactions transactions = pool();
		Connection[] used = new Connection[1];
		try (Connection other = DriverManager.getConnection(this.url); Statement lock = other.createStatement()) {
			other.setAutoCommit(false);
			lock.executeUpdate("update rivet_actor set generation = generation + 1");
			assertThatThrownBy(() -> transactions
				.run(() -> used[0] = unwrap(DataSourceUtils.getConnection(transactions.dataSource))))
				.isInstanceOf(JdbcStateException.class)
				.hasMessageContaining("could not be stored");
			other.rollback();
		}
		assertThat(transactions.outcome).isEqualTo(ActionTransaction.Outcome.ROLLED_BACK);
		assertThat(used[0].isValid(1)).isTrue();
		transactions.run(() -> {
		});
		assertThat(transactions.store.load(ACTOR.address())).extracting(StoredActor::version).isEqualTo(2L);
		assertThat(transactions.store.events("id", 10)).hasSize(2);
	}

	/** In this isolation a search for the row waits as well, without an end. */
	@Test
	void givesUpALockedAnswer() throws SQLException {
		Transactions transactions = pool();
		transactions.isolation = TransactionDefinition.ISOLATION_SERIALIZABLE;
		try (Connection other = DriverManager.getConnection(this.url); Statement lock = other.createStatement()) {
			other.setAutoCommit(false);
			lock.executeUpdate("update rivet_answer set expires_at = expires_at + 1");
			assertThatThrownBy(() -> transactions.run(() -> {
			})).isInstanceOf(JdbcStateException.class).hasMessageContaining("could not be stored");
			other.rollback();
		}
		assertThat(transactions.outcome).isEqualTo(ActionTransaction.Outcome.ROLLED_BACK);
	}

	private static Connection unwrap(Connection connection) {
		try {
			return connection.unwrap(Connection.class);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@ParameterizedTest
	@CsvSource({ "0, 2000", "70000, 70000", "500, 500" })
	void limitsAConnectionWithoutALimit(int configured, int limited) throws SQLException {
		try (Connection connection = DriverManager.getConnection(this.url)) {
			Transactions transactions = new Transactions(new DriverManagerDataSource(this.url),
					new SingleConnectionDataSource(connection, true));
			connection.setNetworkTimeout(Runnable::run, configured);
			int[] atCommit = new int[1];
			transactions
				.run(() -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void beforeCompletion() {
						atCommit[0] = networkTimeout(connection);
					}

				}));
			assertThat(atCommit).containsExactly(limited);
			assertThat(connection.getNetworkTimeout()).isEqualTo(configured);
		}
	}

	private static int networkTimeout(Connection connection) {
		try {
			return connection.getNetworkTimeout();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Runs methods in transactions, which store the second version of an instance. */
	private static final class Transactions implements ActionTransaction {

		private final DataSource dataSource;

		private final JdbcActorStateStore store;

		private int isolation = TransactionDefinition.ISOLATION_DEFAULT;

		private @Nullable Outcome outcome;

		/**
		 * Creates an instance.
		 * @param store has the connections of the store
		 * @param dataSource has the connections of the transactions
		 */
		Transactions(DataSource store, DataSource dataSource) {
			this.dataSource = dataSource;
			new JdbcSchema(store, SETTINGS).create();
			this.store = new JdbcActorStateStore(store, SETTINGS);
			this.store.commit(Change.of(ACTOR, 0).withAnswers(List.of(ANSWER)));
		}

		void run(Runnable method) {
			MatchAlwaysTransactionAttributeSource attributes = new MatchAlwaysTransactionAttributeSource();
			DefaultTransactionAttribute attribute = new DefaultTransactionAttribute();
			attribute.setIsolationLevel(this.isolation);
			attributes.setTransactionAttribute(attribute);
			ProxyFactory proxy = new ProxyFactory(Runnable.class,
					new TransactionInterceptor(new DataSourceTransactionManager(this.dataSource), attributes));
			proxy.addAdvice(new JoinedTransactions(this.store, this.dataSource, () -> this));
			proxy.setTarget(method);
			((Runnable) proxy.getProxy()).run();
		}

		@Override
		public void begin() {
		}

		@Override
		public void write(@Nullable Object result, @Nullable Throwable failure) {
			this.store.commit(Change.of(ACTOR.toBuilder().version(2).build(), 1)
				.withEvents(List.of(event(1), event(2)), List.of())
				.withAnswers(List.of(ANSWER)));
		}

		private static StoredEvent event(long position) {
			return new StoredEvent(position, position - 1, Instant.now(), Instant.now().plusSeconds(60), "said", "{}",
					new byte[0]);
		}

		@Override
		public void complete(Outcome outcome) {
			this.outcome = outcome;
		}

	}

}
