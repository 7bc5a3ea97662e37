/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.ticket.SpentTickets;

/**
 * Used tickets in Redis. A key that exists is not set again, and Redis deletes it some
 * time after the ticket has expired.
 */
final class RedisSpentTickets implements SpentTickets {

	/** Difference that the clocks of two nodes may have. */
	private static final Duration CLOCKS = Duration.ofMinutes(1);

	private final Supplier<@Nullable RedisLink> link;

	private final String prefix;

	private final InstantSource clock;

	/**
	 * Creates an instance.
	 * @param link supplies the connection, {@code null} if there is none
	 * @param channel name of the channel, with which the keys begin
	 * @param clock the time
	 */
	RedisSpentTickets(Supplier<@Nullable RedisLink> link, String channel, InstantSource clock) {
		this.link = link;
		this.prefix = channel + ":ticket:";
		this.clock = clock;
	}

	@Override
	public Mono<Boolean> spend(String id, Instant expiresAt) {
		return Mono.defer(() -> {
			RedisLink link = this.link.get();
			Duration rest = Duration.between(this.clock.instant(), expiresAt).plus(CLOCKS);
			return (link != null) ? link.setOnce(this.prefix + id, rest)
					: Mono.error(new IllegalStateException("Redis is not connected yet"));
		});
	}

}
