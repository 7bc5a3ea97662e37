/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The connections of a user, as the endpoint shows them.
 *
 * @param user name of the user
 * @param total number of its connections, as far as they are known
 * @param connections a page of them, those of other nodes without details
 * @param next id after which the next page begins, {@code null} after the last one
 * @param complete whether each node has answered
 * @param missingNodes names of the nodes that have not answered
 */
record UserConnectionList(String user, int total, List<ConnectionDescription> connections, @Nullable String next,
		boolean complete, Set<String> missingNodes) implements OperationResponseBody {
}
