/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.connection;

import io.rivetevents.protocol.ActorKey;

/**
 * A connection of any node, as it was when its node answered.
 *
 * @param id id of the connection, as {@link Connection#id()}
 * @param actorName name of its actor
 * @param actorKey key of its instance
 * @param node name of the node that has the instance; new for each start of a node
 * @since 0.1.0
 */
public record ConnectionInfo(String id, String actorName, ActorKey actorKey, String node) {
}
