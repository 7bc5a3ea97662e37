/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.cluster.call.Calls;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.cluster.membership.Membership;

/**
 * Queries the other nodes in the view of this one.
 */
final class RemoteQueries implements OtherNodes {

	private final Membership membership;

	private final Calls calls;

	private final Scheduler timers;

	/**
	 * Creates it.
	 * @param membership the nodes in the view
	 * @param calls sends the queries, which are bounded with all other requests
	 * @param timers clock and timers
	 */
	RemoteQueries(Membership membership, Calls calls, Scheduler timers) {
		this.membership = membership;
		this.calls = calls;
		this.timers = timers;
	}

	@Override
	public Map<String, Mono<NodeAnswer>> ask(NodeQuery query, Duration timeout) {
		Map<String, Mono<NodeAnswer>> answers = new LinkedHashMap<>();
		for (String node : this.membership.nodes()) {
			if (!node.equals(this.membership.self())) {
				answers.put(node, ask(node, query).timeout(timeout, this.timers));
			}
		}
		return answers;
	}

	@Override
	public boolean areKnown() {
		return !this.membership.nodes().isEmpty() && !this.membership.isWaiting();
	}

	private Mono<NodeAnswer> ask(String node, NodeQuery query) {
		return this.calls.askNode(node, new Operation.Query(query))
			.ofType(Result.Answer.class)
			.map(Result.Answer::answer);
	}

}
