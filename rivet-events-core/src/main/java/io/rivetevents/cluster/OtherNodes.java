/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import java.time.Duration;
import java.util.Map;

import reactor.core.publisher.Mono;

/**
 * Queries the other nodes. Safe for use by several threads.
 */
public interface OtherNodes {

	/** There are no other nodes. */
	OtherNodes NONE = (query, timeout) -> Map.of();

	/** There may be other nodes, which cannot be queried. */
	OtherNodes UNKNOWN = new OtherNodes() {

		@Override
		public Map<String, Mono<NodeAnswer>> ask(NodeQuery query, Duration timeout) {
			return Map.of();
		}

		@Override
		public boolean areKnown() {
			return false;
		}

	};

	/**
	 * Prepares a question to each other node.
	 * @param query the question
	 * @param timeout longest time to wait for an answer
	 * @return the answers, by names of nodes. The question is sent when the answer is
	 * subscribed to, which fails if there is none in time
	 */
	Map<String, Mono<NodeAnswer>> ask(NodeQuery query, Duration timeout);

	/** Returns whether all other nodes are queried. */
	default boolean areKnown() {
		return true;
	}

}
