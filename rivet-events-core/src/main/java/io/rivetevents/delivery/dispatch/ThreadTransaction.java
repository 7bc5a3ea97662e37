/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery.dispatch;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import io.rivetevents.connection.Receipt;
import io.rivetevents.extension.AddressedEvent;

/**
 * The transaction of the calling thread, started by a {@code PlatformTransactionManager}.
 * Loaded only if spring-tx is present.
 */
final class ThreadTransaction {

	private ThreadTransaction() {
	}

	/** Returns whether the thread is in a transaction, or in the callbacks at its end. */
	static boolean exists() {
		return TransactionSynchronizationManager.isActualTransactionActive();
	}

	/** Returns whether events can still be bound to the transaction. */
	static boolean isOpen() {
		return exists() && TransactionSynchronizationManager.isSynchronizationActive();
	}

	static Receipt bind(Dispatcher dispatcher, AddressedEvent dispatch) {
		BoundEvent event = new BoundEvent(dispatcher, dispatch);
		TransactionSynchronizationManager.registerSynchronization(new Synchronization(event));
		return event.receipt();
	}

	/**
	 * Sends one event. A nested transaction is a savepoint of the outer one, and only the
	 * outer one completes: the event is dropped if the transaction is rolled back to a
	 * savepoint that is older than the event.
	 */
	private static final class Synchronization implements TransactionSynchronization {

		private final BoundEvent event;

		private @Nullable Set<Object> laterSavepoints;

		private boolean dropped;

		Synchronization(BoundEvent event) {
			this.event = event;
		}

		@Override
		public void savepoint(Object savepoint) {
			if (this.laterSavepoints == null) {
				this.laterSavepoints = Collections.newSetFromMap(new IdentityHashMap<>());
			}
			this.laterSavepoints.add(savepoint);
		}

		@Override
		public void savepointRollback(Object savepoint) {
			if (!this.dropped && (this.laterSavepoints == null || !this.laterSavepoints.contains(savepoint))) {
				this.dropped = true;
				this.event.drop("the transaction was rolled back to a savepoint");
			}
		}

		@Override
		public void afterCompletion(int status) {
			if (!this.dropped) {
				this.event.complete(status);
			}
		}

	}

}
