/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.sql.Connection;
import java.util.function.Supplier;

import javax.sql.DataSource;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.NoTransactionException;
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

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(JoinedTransactions.class));

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
		if (action == null || !isJoinable()) {
			return invocation.proceed();
		}
		action.begin();
		Joined joined = new Joined(action);
		try {
			// reads on the same connection: the pool may have no other one
			Object result = inTransaction(invocation::proceed, false);
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

		@Nullable Object run() throws Throwable;

	}

	/** Runs work while the store uses the connection of the transaction. */
	private @Nullable Object inTransaction(Work work, boolean writes) throws Throwable {
		Connections connections = this.store.connections();
		Connection connection = DataSourceUtils.getConnection(this.dataSource);
		Connections.Joined before = connections.enter(connection, writes);
		try {
			return work.run();
		}
		finally {
			connections.leave(before);
			DataSourceUtils.releaseConnection(connection, this.dataSource);
		}
	}

	private boolean isJoinable() {
		boolean expected = TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive()
				&& !TransactionSynchronizationManager.isCurrentTransactionReadOnly() && beginsHere();
		if (!expected || TransactionSynchronizationManager.hasResource(this.dataSource)) {
			return expected;
		}
		failures.warn("other DataSource",
				() -> "The transaction of an action does not use the DataSource of the store: the state of the actor is saved separately");
		return false;
	}

	/** A transaction from outside of the method may end too late for the answer. */
	private static boolean beginsHere() {
		try {
			return TransactionAspectSupport.currentTransactionStatus().isNewTransaction();
		}
		catch (NoTransactionException ex) {
			return false;
		}
	}

	/** Commits one action with the transaction of the thread. */
	private final class Joined implements TransactionSynchronization {

		private final ActionTransaction action;

		private @Nullable Object result;

		private @Nullable Throwable failure;

		private boolean written;

		Joined(ActionTransaction action) {
			this.action = action;
		}

		@Override
		public void beforeCommit(boolean readOnly) {
			try {
				inTransaction(() -> {
					this.action.write(this.result, this.failure);
					return null;
				}, true);
				this.written = true;
			}
			catch (RuntimeException | Error ex) {
				throw ex;
			}
			catch (Throwable ex) {
				throw new JdbcStateException("The connection of a transaction cannot be used: " + ex.getMessage(), ex);
			}
		}

		@Override
		public void afterCompletion(int status) {
			this.action.complete(switch (status) {
				case STATUS_COMMITTED -> Outcome.COMMITTED;
				// JPA also reports a commit without an answer as rolled back
				case STATUS_ROLLED_BACK -> this.written ? Outcome.UNCERTAIN : Outcome.ROLLED_BACK;
				default -> Outcome.UNCERTAIN;
			});
		}

	}

}
