package io.rivetevents.connection;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

import io.rivetevents.protocol.RivetException;

/**
 * Binds events to the commit of the transaction that the calling thread is in.
 */
final class AfterCommit {

	private static final boolean TRANSACTIONS = ClassUtils.isPresent(
			"org.springframework.transaction.support.TransactionSynchronizationManager",
			AfterCommit.class.getClassLoader());

	private AfterCommit() {
	}

	static Receipt dispatch(Dispatcher dispatcher, Dispatch dispatch) {
		return (TRANSACTIONS && Transaction.isActive()) ? Transaction.bind(dispatcher, dispatch)
				: dispatcher.dispatch(dispatch);
	}

	/** Loaded only where there is spring-tx. */
	private static final class Transaction {

		static boolean isActive() {
			return TransactionSynchronizationManager.isSynchronizationActive()
					&& TransactionSynchronizationManager.isActualTransactionActive();
		}

		static Receipt bind(Dispatcher dispatcher, Dispatch dispatch) {
			dispatcher.check(dispatch);
			PendingReceipt receipt = new PendingReceipt();
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCompletion(int status) {
					if (status != STATUS_COMMITTED) {
						receipt.complete(Receipt.NOBODY);
						return;
					}
					try {
						receipt.complete(dispatcher.dispatch(dispatch));
					}
					catch (RivetException ex) {
						receipt.fail(ex); // logged where it was refused
					}
					catch (Throwable ex) {
						receipt.fail(ex);
						throw ex;
					}
				}

			});
			return receipt;
		}

	}

}
