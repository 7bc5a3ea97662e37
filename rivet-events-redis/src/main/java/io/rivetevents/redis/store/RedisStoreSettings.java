/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.store;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * Settings of the Redis store.
 *
 * @param prefix start of the names of all its keys, by default {@code rivet:}.
 * Applications that share a Redis require different prefixes
 * @param commandTimeout longest time to wait for the answer of Redis, by default 5
 * seconds. Afterwards the outcome of a save is uncertain
 * @param waitReplicas number of replicas that must have received a change before it
 * counts as saved, by default 0. Redis rejects nothing if there are fewer: the change is
 * applied, and its outcome is uncertain
 * @param waitTimeout longest time to wait for these replicas, by default 1 second
 * @since 0.1.0
 */
public record RedisStoreSettings(String prefix, Duration commandTimeout, int waitReplicas, Duration waitTimeout) {

	public RedisStoreSettings {
		Assert.hasText(prefix, "The prefix must not be empty");
		Assert.isTrue(prefix.indexOf('{') < 0, "The prefix must not contain '{', which selects the slot of a key");
		Assert.isTrue(waitReplicas >= 0, "The number of replicas must not be negative");
	}

}
