package io.rivetevents.connection;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The transaction of the calling thread, which a {@code PlatformTransactionManager} has
 * begun. Loaded only where there is spring-tx.
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

	static Receipt bind(Dispatcher dispatcher, Dispatch dispatch) {
		BoundEvent event = new BoundEvent(dispatcher, dispatch);
		TransactionSynchronizationManager.registerSynchronization(new Synchronization(event));
		return event.receipt();
	}

	/** Sends one event. */
	private record Synchronization(BoundEvent event) implements TransactionSynchronization {

		@Override
		public void afterCompletion(int status) {
			if (status == STATUS_COMMITTED) {
				this.event.send();
			}
			else {
				this.event.drop();
			}
		}

	}

}
