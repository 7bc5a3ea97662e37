/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.cluster.call.Calls;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.inbound.ConnectionIds;
import io.rivetevents.inbound.InboundRequest;
import io.rivetevents.inbound.InboundRequests;

/**
 * Sends requests of clients to the nodes of their connections. A request that may have
 * arrived when the session with the node ended is repeated if it can be, and otherwise
 * fails with {@code actor.outcome_unknown}.
 */
final class RemoteInbound implements InboundRequests.OtherNodes {

	private final Membership membership;

	private final Calls calls;

	/**
	 * Creates it.
	 * @param membership the nodes in the view
	 * @param calls sends the requests, which are bounded with all others
	 */
	RemoteInbound(Membership membership, Calls calls) {
		this.membership = membership;
		this.calls = calls;
	}

	@Override
	public boolean has(String connectionId) {
		return node(connectionId) != null;
	}

	@Override
	public Mono<Void> send(InboundRequest request) {
		return this.calls.askHolder(() -> node(request.connectionId()), new Operation.Inbound(request)).then();
	}

	private @Nullable String node(String connectionId) {
		for (String node : this.membership.nodes()) {
			if (!node.equals(this.membership.self()) && ConnectionIds.isOf(connectionId, node)) {
				return node;
			}
		}
		return null;
	}

}
