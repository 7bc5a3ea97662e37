/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis;

import java.time.Duration;

/**
 * Settings of the Redis backplane.
 *
 * @param channel name of the channel
 * @param heartbeat interval of the heartbeats of a node
 * @param commandTimeout longest time to wait for Redis
 * @param maxMessageSize maximum size of a message in bytes, in both directions
 */
public record RedisSettings(String channel, Duration heartbeat, Duration commandTimeout, int maxMessageSize) {
}
