/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.call;

import io.rivetevents.cluster.frame.Result;

/**
 * What has become of a request to a node.
 */
sealed interface Outcome {

	/** The node is not reachable, and has received nothing. */
	Outcome NOT_SENT = new NotSent();

	/**
	 * The session with the node has ended before its answer: the request may have run.
	 */
	Outcome LOST = new Lost();

	/**
	 * The node has answered.
	 *
	 * @param result its answer
	 */
	record Answered(Result result) implements Outcome {
	}

	/** See {@link #NOT_SENT}. */
	record NotSent() implements Outcome {
	}

	/** See {@link #LOST}. */
	record Lost() implements Outcome {
	}

}
