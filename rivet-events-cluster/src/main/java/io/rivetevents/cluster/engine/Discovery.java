/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;

/**
 * Finds the nodes of a cluster before they are connected. Safe for use by several
 * threads; methods may block for some seconds.
 */
public interface Discovery {

	/**
	 * Returns addresses at which nodes of a cluster may listen. An address without a node
	 * does no harm, and the one of this node is ignored.
	 * @param cluster name of the cluster
	 * @throws IllegalStateException if they cannot be found at present
	 */
	List<InetSocketAddress> find(String cluster);

	/**
	 * Makes an address known to other nodes. Called before this node joins, and then
	 * every few seconds until {@link #withdraw}.
	 * @param entry address of this node
	 * @param connected names of the nodes in the view of this node
	 * @throws IllegalStateException if this is not possible at present
	 */
	default void announce(Entry entry, Set<String> connected) {
	}

	/**
	 * Removes the address when this node leaves.
	 * @param entry address of this node
	 * @throws IllegalStateException if this is not possible at present
	 */
	default void withdraw(Entry entry) {
	}

	/**
	 * Where a node listens.
	 *
	 * @param cluster name of the cluster
	 * @param node name of the node
	 * @param address its address, resolved
	 */
	record Entry(String cluster, String node, InetSocketAddress address) {
	}

}
