/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.Map;
import java.util.function.Supplier;

import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.cluster.status.Cluster;
import io.rivetevents.cluster.status.ClusterStatus;

/**
 * A cluster, as the endpoint shows it.
 *
 * @param nodes number of nodes
 * @param slots number of slots that each node owns, by the names of the nodes
 * @param waiting whether this node runs no instances
 * @param pending requests that wait for the answer of another node
 * @param links clients of this node whose actor is on another node
 * @param backlog bytes that wait for other nodes
 * @param counters what has happened since the start
 */
record ClusterDescription(int nodes, Map<String, Integer> slots, boolean waiting, int pending, int links, long backlog,
		ClusterStatus.Counters counters) {

	/**
	 * A cluster, for an application that may have none.
	 *
	 * @param description describes it
	 * @param others the other nodes
	 */
	record Source(Supplier<Object> description, OtherNodes others) {
	}

	static ClusterDescription of(Cluster cluster) {
		ClusterStatus status = cluster.status();
		return new ClusterDescription(status.nodes(), cluster.slots(), status.waiting(), status.pending(),
				status.links(), status.backlog(), status.counters());
	}

}
