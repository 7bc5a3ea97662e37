/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.explain;

import java.util.List;
import java.util.Set;

import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.Position;

/**
 * An event that an instance has sent.
 *
 * @param position its position
 * @param event its name
 * @param args its arguments; must not be changed
 * @param tags its tags
 * @param targeted number of connections that it is for
 * @param queued number of their queues that have accepted it
 */
public record SentEvent(Position position, String event, List<JsonNode> args, Set<String> tags, int targeted,
		int queued) {
}
