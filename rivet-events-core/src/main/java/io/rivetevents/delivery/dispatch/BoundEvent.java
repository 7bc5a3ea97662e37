/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery.dispatch;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;

import io.rivetevents.connection.Receipt;
import io.rivetevents.error.RivetException;
import io.rivetevents.explain.Delivery;
import io.rivetevents.explain.Sending;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.SafeText;

/**
 * An event that waits for the end of a transaction.
 */
final class BoundEvent {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(BoundEvent.class));

	private final Dispatcher dispatcher;

	private final AddressedEvent dispatch;

	private final PendingReceipt receipt = new PendingReceipt();

	/** Its record until the end of the transaction. */
	private final @Nullable Sending held;

	/**
	 * Creates an event bound to a transaction.
	 * @throws RivetException {@code message.outgoing_too_long} if it is too long to be
	 * sent
	 */
	BoundEvent(Dispatcher dispatcher, AddressedEvent dispatch) {
		dispatcher.check(dispatch);
		this.dispatcher = dispatcher;
		this.dispatch = dispatch;
		this.held = dispatcher.recordHeld(dispatch.event());
		if (this.held != null) {
			this.held.add(Delivery.Kind.HELD, "until the end of a transaction");
		}
	}

	Receipt receipt() {
		return this.receipt;
	}

	/**
	 * Sends the event after a commit, or else drops it.
	 * @param status how the transaction has ended, as in
	 * {@link TransactionSynchronization#afterCompletion}
	 */
	void complete(int status) {
		switch (status) {
			case TransactionSynchronization.STATUS_COMMITTED -> send();
			case TransactionSynchronization.STATUS_ROLLED_BACK -> drop("the transaction was rolled back");
			default -> drop("the outcome of the transaction is unknown");
		}
	}

	/**
	 * Drops the event.
	 * @param reason what has become of the transaction
	 */
	void drop(String reason) {
		if (this.held != null) {
			this.held.add(Delivery.Kind.FAILED, reason);
		}
		this.receipt.complete(Receipt.NOBODY);
	}

	/**
	 * Sends the event. Never throws: the transaction is committed, and other events
	 * follow.
	 */
	private void send() {
		if (this.held != null) {
			this.held.discard();
		}
		try {
			this.receipt.complete(this.dispatcher.dispatch(this.dispatch));
		}
		catch (RivetException ex) {
			this.receipt.fail(ex); // already logged
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Event %s could not be sent after the commit of its transaction"
				.formatted(SafeText.of(this.dispatch.event())));
			this.receipt.fail(ex);
		}
	}

}
