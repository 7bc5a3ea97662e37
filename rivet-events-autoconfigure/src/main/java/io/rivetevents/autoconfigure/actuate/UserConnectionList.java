/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.List;
import java.util.Set;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The connections of a user, as the endpoint shows them.
 *
 * @param user name of the user
 * @param connections the connections, those of other nodes without details
 * @param complete whether each node has answered
 * @param missingNodes names of the nodes that have not answered
 */
record UserConnectionList(String user, List<ConnectionDescription> connections, boolean complete,
		Set<String> missingNodes) implements OperationResponseBody {
}
