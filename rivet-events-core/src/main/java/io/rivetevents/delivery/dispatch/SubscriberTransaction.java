/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery.dispatch;

import java.util.Optional;

import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionContext;
import org.springframework.transaction.reactive.TransactionContextManager;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import reactor.core.publisher.Mono;

/**
 * The transaction of a subscriber, started by a {@code ReactiveTransactionManager}.
 * Loaded only if spring-tx is present.
 */
final class SubscriberTransaction {

	private SubscriberTransaction() {
	}

	/**
	 * Finds the timing for the transaction of the subscriber: the one in its context, or
	 * else the one of the subscribing thread. Without a transaction, events are sent at
	 * once.
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
			// branches of one chain may run on several threads, and the set of
			// synchronizations is not thread-safe
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
			return Mono.fromRunnable(() -> this.event.complete(status));
		}

	}

}
