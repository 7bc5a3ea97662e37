/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.connection;

import java.util.List;
import java.util.Set;

/**
 * The connections of one user on all nodes that have answered. The nodes answer one after
 * the other: a connection that moves meanwhile may be missing, or be there twice.
 *
 * @param connections the connections: those of this node first, at most 1,000 of each
 * node
 * @param complete whether each node has answered with all of its connections.
 * {@code false} also if there may be other nodes that cannot be queried, because the
 * backplane carries no queries
 * @param missingNodes names of the nodes that have not answered in time, were lost
 * meanwhile, or have an older version
 * @since 0.1.0
 */
public record UserConnections(List<ConnectionInfo> connections, boolean complete, Set<String> missingNodes) {

	public UserConnections {
		connections = List.copyOf(connections);
		missingNodes = Set.copyOf(missingNodes);
	}

}
