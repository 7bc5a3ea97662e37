package io.rivetevents.delivery;

import java.util.Optional;

import reactor.core.publisher.Mono;

import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionContext;
import org.springframework.transaction.reactive.TransactionContextManager;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

/**
 * The transaction of a subscriber, which a {@code ReactiveTransactionManager} has begun.
 * Loaded only where there is spring-tx.
 */
final class SubscriberTransaction {

	private SubscriberTransaction() {
	}

	/**
	 * Finds what binds events to the transaction of the subscriber: the one in its
	 * context or, if there is none, the one of the thread that subscribes. Events are
	 * sent at once if there is neither.
	 */
	static Mono<Timing> find() {
		return TransactionContextManager.currentContext()
			.map(Optional::of)
			.onErrorResume(NoTransactionException.class, (none) -> Mono.just(Optional.empty()))
			.map((context) -> context.filter(SubscriberTransaction::isOpen)
				.map(SubscriberTransaction::timing)
				.orElseGet(SubscriberTransaction::ofThread));
	}

	private static boolean isOpen(TransactionContext context) {
		TransactionSynchronizationManager transaction = new TransactionSynchronizationManager(context);
		return transaction.isSynchronizationActive() && transaction.isActualTransactionActive();
	}

	private static Timing ofThread() {
		return ThreadTransaction.isOpen() ? ThreadTransaction::bind : Timing.AT_ONCE;
	}

	private static Timing timing(TransactionContext context) {
		return (dispatcher, dispatch) -> {
			BoundEvent event = new BoundEvent(dispatcher, dispatch);
			// branches of one chain may run on several threads, and the set is not for
			// several
			synchronized (context) {
				new TransactionSynchronizationManager(context).registerSynchronization(new Synchronization(event));
			}
			return event.receipt();
		};
	}

	/** Sends one event. */
	private record Synchronization(BoundEvent event) implements TransactionSynchronization {

		@Override
		public Mono<Void> afterCompletion(int status) {
			return Mono.fromRunnable((status == STATUS_COMMITTED) ? this.event::send : this.event::drop);
		}

	}

}
