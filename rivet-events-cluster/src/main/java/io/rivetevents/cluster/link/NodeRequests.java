/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import reactor.core.publisher.Mono;

import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;

/**
 * Sends a request to one node, once.
 */
@FunctionalInterface
public interface NodeRequests {

	/**
	 * Sends a request to a node. Nothing is sent before the subscription.
	 * @param node name of the node
	 * @param operation the request
	 * @return its result; a rejection is a {@code RivetException} or a
	 * {@link Result.Failure}. The error is {@code actor.outcome_unknown} if the node is
	 * lost before it has answered
	 */
	Mono<Result> ask(String node, Operation operation);

}
