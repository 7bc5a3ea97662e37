/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The nodes that are connected, as all of them see it.
 *
 * @param number number of the view, which increases
 * @param nodes names of the nodes, the coordinator first
 * @param departed names of the nodes that have left since the previous view after a
 * goodbye, and not by a failure
 * @param merged whether it joins nodes that were apart, and not only nodes that have
 * started
 * @param addresses {@code host:port} by name of the node: those that are known of its
 * nodes, and of the nodes that have left since the previous view
 */
public record ClusterView(long number, List<String> nodes, Set<String> departed, boolean merged,
		Map<String, String> addresses) {

	public ClusterView {
		nodes = List.copyOf(nodes);
		departed = Set.copyOf(departed);
		addresses = Map.copyOf(addresses);
	}

	/** Creates a view that does not join nodes that were apart. */
	public ClusterView(long number, List<String> nodes, Set<String> departed) {
		this(number, nodes, departed, false);
	}

	/** Creates a view without addresses. */
	public ClusterView(long number, List<String> nodes, Set<String> departed, boolean merged) {
		this(number, nodes, departed, merged, Map.of());
	}

	/**
	 * Returns the name of a node for the log, with its address if that is known.
	 * @param node name of the node
	 */
	public String describe(String node) {
		String address = this.addresses.get(node);
		return (address != null) ? "%s (%s)".formatted(node, address) : node;
	}

}
