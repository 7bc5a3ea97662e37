/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.util.function.Consumer;

import reactor.core.publisher.Mono;

import io.rivetevents.connection.ClusterRecipients;
import io.rivetevents.connection.Recipients;

/**
 * Connections of all nodes, whose events are sent or stored.
 */
public class SpanningRecipients extends ForwardingRecipients implements ClusterRecipients {

	private final Recipients sending;

	private final Recipients storing;

	/**
	 * Creates recipients.
	 * @param sending the connections, for events that are sent at once
	 * @param storing the same connections, for events that are stored
	 */
	public SpanningRecipients(Recipients sending, Recipients storing) {
		this.sending = sending;
		this.storing = storing;
	}

	@Override
	Recipients recipients() {
		return this.sending;
	}

	@Override
	public ClusterRecipients tagged(String... tags) {
		return new SpanningRecipients(this.sending.tagged(tags), this.storing.tagged(tags));
	}

	@Override
	public ClusterRecipients droppable() {
		return new SpanningRecipients(this.sending.droppable(), this.storing.droppable());
	}

	@Override
	public Recipients durable() {
		return new Durable(this.storing);
	}

	/** Events that are stored already belong to a transaction. */
	private static final class Durable extends ForwardingRecipients {

		private final Recipients storing;

		Durable(Recipients storing) {
			this.storing = storing;
		}

		@Override
		Recipients recipients() {
			return this.storing;
		}

		@Override
		public Recipients tagged(String... tags) {
			return new Durable(this.storing.tagged(tags));
		}

		@Override
		public Recipients droppable() {
			return new Durable(this.storing.droppable());
		}

		@Override
		public Recipients afterCommit() {
			return this;
		}

		@Override
		public Mono<Void> afterCommit(Consumer<? super Recipients> events) {
			return Mono.error(new UnsupportedOperationException(
					"durable() stores events in a transaction of the calling thread: call durable().send(..) there,"
							+ " or afterCommit(..) without durable() in a reactive transaction"));
		}

	}

}
