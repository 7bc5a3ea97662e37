/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A message of a node to a client.
 *
 * @param tag kind of the message, as over WebSocket
 * @param value its value; of an event the arguments
 * @param position position of an event, {@code null} in the plain protocol and for other
 * messages
 */
record Message(String tag, JsonNode value, @Nullable Long position) {
}
