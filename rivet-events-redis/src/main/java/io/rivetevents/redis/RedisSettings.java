package io.rivetevents.redis;

import java.time.Duration;

/**
 * Settings of the backplane over Redis.
 *
 * @param channel name of the channel
 * @param heartbeat time from one heartbeat of a node to its next
 * @param commandTimeout longest time to wait for Redis
 * @param maxMessageSize most bytes of a message, in both directions
 */
public record RedisSettings(String channel, Duration heartbeat, Duration commandTimeout, int maxMessageSize) {
}
