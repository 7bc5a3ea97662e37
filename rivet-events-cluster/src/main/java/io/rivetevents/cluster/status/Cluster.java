/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.status;

import java.util.Map;

/**
 * The nodes that this one is joined with. A bean of each application with
 * {@code rivet.events.cluster.enabled}. Safe for use by several threads.
 */
public interface Cluster {

	/** Returns the present state of this node. Does not block. */
	ClusterStatus status();

	/**
	 * Returns how many of the 4,096 parts of all instances each node owns, by the names
	 * of the nodes, this one included; a node that is about to stop owns none. Empty
	 * before this node has joined, and while it runs no instances.
	 */
	Map<String, Integer> slots();

}
