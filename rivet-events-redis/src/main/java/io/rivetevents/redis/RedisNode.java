/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis;

import java.util.function.Function;

import reactor.core.scheduler.Scheduler;

import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQuery;

/**
 * This node, as the others see it.
 *
 * @param name name of the node, new for each start, without characters that JSON escapes
 * @param answers answers queries of other nodes
 * @param workers runs that
 */
public record RedisNode(String name, Function<NodeQuery, NodeAnswer> answers, Scheduler workers) {
}
