/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.connection;

import java.util.Set;

/**
 * Numbers of connections and users on all nodes that have answered. The nodes answer one
 * after the other, so the numbers are those of no single moment.
 *
 * @param connections number of accepted connections
 * @param users number of authenticated users that have any of them. A user on several
 * nodes counts once; of a node with more than 100,000 users, the further ones are not
 * compared with those of other nodes
 * @param complete whether each node has answered. {@code false} also if there may be
 * other nodes that cannot be queried, because the backplane carries no queries
 * @param missingNodes names of the nodes that have not answered in time, were lost
 * meanwhile, or have an older version
 * @since 0.1.0
 */
public record ConnectionCounts(long connections, long users, boolean complete, Set<String> missingNodes) {

	public ConnectionCounts {
		missingNodes = Set.copyOf(missingNodes);
	}

}
