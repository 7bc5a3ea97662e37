/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import org.apache.commons.logging.LogFactory;

import io.rivetevents.connection.Receipt;
import io.rivetevents.error.RivetException;
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

	/**
	 * Creates an event bound to a transaction.
	 * @throws RivetException {@code message.outgoing_too_long} if it is too long to be
	 * sent
	 */
	BoundEvent(Dispatcher dispatcher, AddressedEvent dispatch) {
		dispatcher.check(dispatch);
		this.dispatcher = dispatcher;
		this.dispatch = dispatch;
	}

	Receipt receipt() {
		return this.receipt;
	}

	/** Drops the event: the transaction was rolled back, or its outcome is unknown. */
	void drop() {
		this.receipt.complete(Receipt.NOBODY);
	}

	/**
	 * Sends the event. Never throws: the transaction is committed, and other events
	 * follow.
	 */
	void send() {
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
