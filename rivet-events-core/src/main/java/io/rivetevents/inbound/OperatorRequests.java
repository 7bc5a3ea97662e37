/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.inbound;

import java.util.function.Function;

import reactor.core.publisher.Mono;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * Receives requests about instances of this node that operators have sent to other nodes.
 * The other node has checked the rights of the operator. Safe for use by several threads.
 */
public final class OperatorRequests {

	private volatile Function<String, Mono<String>> receiver = (request) -> Mono
		.error(new RivetException(ErrorCode.NOT_SUPPORTED, "This node has no Actuator endpoint for actors."));

	/**
	 * Sets what answers the requests.
	 * @param receiver returns the answer to a request, both as JSON; empty if what it is
	 * about does not exist
	 */
	public void connect(Function<String, Mono<String>> receiver) {
		this.receiver = receiver;
	}

	/**
	 * Answers a request.
	 * @param request the request as JSON
	 * @return the answer as JSON; empty if what it is about does not exist. Fails with
	 * {@code request.not_supported} if nothing answers requests here
	 */
	public Mono<String> receive(String request) {
		return Mono.defer(() -> this.receiver.apply(request));
	}

}
