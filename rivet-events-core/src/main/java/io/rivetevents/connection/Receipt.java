/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.connection;

import reactor.core.publisher.Mono;

/**
 * The result of sending an event. It may be ignored; the event is sent anyway. If the
 * event has to wait for a turn of its actor or for the commit of a transaction, the
 * counts are zero until the receipt {@link #isDone() is done}.
 *
 * @since 0.1.0
 */
public interface Receipt {

	/** The receipt of an event without recipients. */
	Receipt NOBODY = new Done(0, 0);

	/**
	 * Returns the number of targeted connections. Connections on other nodes are not
	 * counted.
	 */
	int targeted();

	/**
	 * Returns the number of queues that the event was added to. The connections receive
	 * it unless they close before, or it is droppable and a newer event replaces it.
	 */
	int queued();

	/**
	 * Returns the number of connections for which the event was dropped. These
	 * connections were closed or were closed by this event, were too slow for a droppable
	 * event, or were excluded by an interceptor.
	 */
	default int dropped() {
		return targeted() - queued();
	}

	/**
	 * Returns whether the counts are final.
	 */
	boolean isDone();

	/**
	 * Waits until the counts are final. A method of an actor must not wait for an event
	 * of its own turn that is sent after the commit of the turn: it waits until its
	 * timeout.
	 * @return this receipt, once the counts are final; fails if the event could not be
	 * sent, for example with {@code actor.overloaded}, which is also logged
	 */
	Mono<Receipt> whenDone();

	/**
	 * The receipt of an event that did not have to wait.
	 *
	 * @param targeted number of targeted connections
	 * @param queued number of queues that the event was added to
	 */
	record Done(int targeted, int queued) implements Receipt {

		@Override
		public boolean isDone() {
			return true;
		}

		@Override
		public Mono<Receipt> whenDone() {
			return Mono.just(this);
		}

	}

}
