/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.cluster.NodeAnswer;

/**
 * The result of an {@link Operation}.
 */
public sealed interface Result {

	/**
	 * The operation is done.
	 *
	 * @param handOver what a released instance passes on, {@code null} for other
	 * operations and if the instance was not in memory
	 */
	record Done(@Nullable HandOver handOver) implements Result {

		/** Creates the result of an operation that passes nothing on. */
		public Done() {
			this(null);
		}

	}

	/**
	 * An instance.
	 *
	 * @param info the instance, {@code null} if there is none
	 */
	record Info(@Nullable ActorInfo info) implements Result {
	}

	/**
	 * The result of an action.
	 *
	 * @param output its output, a missing node if it has none
	 */
	record Output(JsonNode output) implements Result {
	}

	/**
	 * The result of sending an event.
	 *
	 * @param targeted number of targeted connections
	 * @param queued number of queues that the event was added to
	 */
	record Counts(int targeted, int queued) implements Result {
	}

	/**
	 * A rejection, which the caller receives as a {@code RivetException}.
	 *
	 * @param group group of the error
	 * @param code code of the error
	 * @param status its HTTP status
	 * @param message its text
	 * @param metadata machine-readable details, {@code null} for none
	 */
	record Failure(String group, String code, int status, String message,
			@Nullable JsonNode metadata) implements Result {
	}

	/**
	 * The node has done nothing, because it does not own the address in its view, or the
	 * instance is leaving it.
	 */
	record NotOwner() implements Result {
	}

	/**
	 * The answer to a query.
	 *
	 * @param answer the answer
	 */
	record Answer(NodeAnswer answer) implements Result {
	}

}
