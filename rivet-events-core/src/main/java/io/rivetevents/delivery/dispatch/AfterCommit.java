/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery.dispatch;

import java.util.function.Consumer;

import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Mono;

import io.rivetevents.connection.Receipt;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.protocol.SafeText;

/**
 * Finds the transaction to bind events to.
 */
public final class AfterCommit {

	private static final boolean TRANSACTIONS = ClassUtils.isPresent(
			"org.springframework.transaction.support.TransactionSynchronizationManager",
			AfterCommit.class.getClassLoader());

	private AfterCommit() {
	}

	/**
	 * Returns a timing that binds an event to the transaction of the sending thread.
	 * @param reactive whether a thread without a transaction may be in a reactive one
	 */
	public static Timing ofThread(ReactiveTransactions reactive) {
		return (dispatcher, dispatch) -> {
			if (TRANSACTIONS && ThreadTransaction.isOpen()) {
				return ThreadTransaction.bind(dispatcher, dispatch);
			}
			Assert.state((TRANSACTIONS && ThreadTransaction.exists()) || !reactive.possible(), () -> refusal(dispatch));
			return dispatcher.dispatch(dispatch);
		};
	}

	private static String refusal(AddressedEvent dispatch) {
		return ("Event %s was not sent: afterCommit() requires a transaction on the calling thread, because the"
				+ " application has a ReactiveTransactionManager, whose transactions are not visible here. In a reactive"
				+ " chain, use afterCommit((recipients) -> recipients.send(..)) and return its Mono; outside of a"
				+ " transaction, send without afterCommit()")
			.formatted(SafeText.of(dispatch.event()));
	}

	/**
	 * Sends events that are bound to the transaction of the subscriber.
	 * @param events sends the events, on the subscribing thread; the timing is invalid
	 * afterwards
	 */
	public static Mono<Void> ofSubscriber(Consumer<Timing> events) {
		Mono<Timing> found = TRANSACTIONS ? SubscriberTransaction.find() : Mono.just(Timing.AT_ONCE);
		return found.doOnNext((timing) -> {
			Lent lent = new Lent(timing);
			events.accept(lent);
			lent.over = true;
		}).then();
	}

	/** A timing that is valid during one call only. */
	private static final class Lent implements Timing {

		private final Timing timing;

		private volatile boolean over;

		Lent(Timing timing) {
			this.timing = timing;
		}

		@Override
		public Receipt dispatch(Dispatcher dispatcher, AddressedEvent dispatch) {
			Assert.state(!this.over,
					() -> "Event %s was not sent: use the recipients of afterCommit(..) inside its callback only"
						.formatted(SafeText.of(dispatch.event())));
			return this.timing.dispatch(dispatcher, dispatch);
		}

	}

}
