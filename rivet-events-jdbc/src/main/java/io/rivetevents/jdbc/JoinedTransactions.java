/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;

import javax.sql.DataSource;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import io.rivetevents.actor.state.ActionTransaction;
import io.rivetevents.actor.state.ActionTransaction.Outcome;
import io.rivetevents.failure.RepeatedFailures;

/**
 * Lets transactions of Spring commit the actions that run in them. Must be the advice
 * that is next to the method of an action, inside of the one that begins the transaction.
 * An action takes part if the transaction begins with its method, is not read-only and
 * uses a connection of the {@code DataSource} of the store. Requires spring-jdbc.
 *
 * @since 0.1.0
 */
public final class JoinedTransactions implements MethodInterceptor {

	private static final Log logger = LogFactory.getLog(JoinedTransactions.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private final JdbcActorStateStore store;

	private final DataSource dataSource;

	private final Supplier<? extends @Nullable ActionTransaction> actions;

	/**
	 * Creates an advice.
	 * @param store stores the instances
	 * @param dataSource {@code DataSource} of the store
	 * @param actions returns the action whose method the current thread is about to call,
	 * {@code null} if the method is not the one of an action
	 */
	public JoinedTransactions(JdbcActorStateStore store, DataSource dataSource,
			Supplier<? extends @Nullable ActionTransaction> actions) {
		this.store = store;
		this.dataSource = dataSource;
		this.actions = actions;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		ActionTransaction action = this.actions.get();
		TransactionStatus transaction = (action != null) ? findTransaction() : null;
		if (action == null || transaction == null) {
			return invocation.proceed();
		}
		action.begin();
		Joined joined = new Joined(action, transaction);
		try {
			// reads on the same connection: the pool may have no other one
			Object result = inTransaction((connection) -> invocation.proceed(), false);
			joined.result = result;
			return result;
		}
		catch (Throwable ex) {
			joined.failure = ex;
			throw ex;
		}
		finally {
			// not earlier: others may change the state in beforeCommit, and run before
			// this
			TransactionSynchronizationManager.registerSynchronization(joined);
		}
	}

	/** Code of the application or of the runtime. */
	private interface Work {

		@Nullable Object run(Connection connection) throws Throwable;

	}

	/** Runs work while the store uses the connection of the transaction. */
	private @Nullable Object inTransaction(Work work, boolean writes) throws Throwable {
		Connections connections = this.store.connections();
		Connection connection = DataSourceUtils.getConnection(this.dataSource);
		Connections.Joined before = connections.enter(connection, writes);
		try {
			return work.run(connection);
		}
		finally {
			connections.leave(before);
			DataSourceUtils.releaseConnection(connection, this.dataSource);
		}
	}

	/** Returns the transaction that commits the action, {@code null} for none. */
	private @Nullable TransactionStatus findTransaction() {
		boolean expected = TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive()
				&& !TransactionSynchronizationManager.isCurrentTransactionReadOnly();
		TransactionStatus transaction = expected ? findNew() : null;
		if (transaction == null || TransactionSynchronizationManager.hasResource(this.dataSource)) {
			return transaction;
		}
		failures.warn("other DataSource",
				() -> "The transaction of an action does not use the DataSource of the store: the state of the actor is saved separately");
		return null;
	}

	/** A transaction from outside of the method may end too late for the answer. */
	private static @Nullable TransactionStatus findNew() {
		try {
			TransactionStatus transaction = TransactionAspectSupport.currentTransactionStatus();
			return transaction.isNewTransaction() ? transaction : null;
		}
		catch (NoTransactionException ex) {
			return null;
		}
	}

	/** Commits one action with the transaction of the thread. */
	private final class Joined implements TransactionSynchronization {

		private final ActionTransaction action;

		private final TransactionStatus transaction;

		/** The connection whose waiting time is limited until the end. */
		private @Nullable Connection limited;

		private @Nullable Object result;

		private @Nullable Throwable failure;

		private boolean written;

		Joined(ActionTransaction action, TransactionStatus transaction) {
			this.action = action;
			this.transaction = transaction;
		}

		@Override
		public void beforeCommit(boolean readOnly) {
			try {
				inTransaction(this::write, true);
				this.written = true;
			}
			catch (RuntimeException | Error ex) {
				throw ex;
			}
			catch (Throwable ex) {
				throw new JdbcStateException("The connection of a transaction cannot be used: " + ex.getMessage(), ex);
			}
		}

		private @Nullable Object write(Connection connection) throws SQLException {
			this.limited = JoinedTransactions.this.store.connections().limit(connection) ? connection : null;
			// entities have their final values only then, such as their version
			this.transaction.flush();
			this.action.write(this.result, this.failure);
			return null;
		}

		@Override
		public void afterCompletion(int status) {
			// JPA also reports a commit without an answer as rolled back; before the
			// write
			// none was sent
			Outcome failed = this.written ? Outcome.UNCERTAIN : Outcome.ROLLED_BACK;
			this.action.complete((status == STATUS_COMMITTED) ? Outcome.COMMITTED : failed);
			if (this.limited != null) {
				removeLimit(this.limited);
			}
		}

		/** A connection that is lost, or closed already, has no limit to remove. */
		private void removeLimit(Connection connection) {
			try {
				JoinedTransactions.this.store.connections().removeLimit(connection);
			}
			catch (SQLException ex) {
				logger.debug("The connection of a transaction cannot be used any more", ex);
			}
		}

	}

}
