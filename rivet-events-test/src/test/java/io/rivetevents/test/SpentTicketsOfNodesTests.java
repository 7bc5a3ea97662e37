/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnection;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.jdbc.DatabaseServer;
import io.rivetevents.redis.RedisBackplane;
import io.rivetevents.redis.store.RedisActorStateStore;
import io.rivetevents.ticket.SpentTickets;
import io.rivetevents.ticket.StoredSpentTickets;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tickets that two nodes receive at the same moment.
 */
class SpentTicketsOfNodesTests {

	private static final int TICKETS = 100;

	private static final String CHANNEL = "rivet.events:1";

	private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

	private static final InstantSource CLOCK = () -> NOW;

	private static final TestRedis redis = TestRedis.embedded();

	private static RedisNodes nodes;

	@BeforeAll
	static void startRedis() {
		redis.start();
		nodes = new RedisNodes(redis.port());
	}

	@AfterAll
	static void stopRedis() {
		nodes.close();
		redis.close();
	}

	@Test
	void acceptsEachOnceInPostgresql() throws Exception {
		String database = DatabaseServer.postgresql().newDatabase();
		ActorStateStore first = new JdbcStores.Database().open(database);
		ActorStateStore second = new JdbcStores.Database().open(database);
		try {
			assertAcceptsEachOnce(stored(first), stored(second));
		}
		finally {
			((AutoCloseable) first).close();
			((AutoCloseable) second).close();
		}
	}

	@Test
	void acceptsEachOnceInRedis() {
		try (RedisActorStateStore first = nodes.createStore(); RedisActorStateStore second = nodes.createStore()) {
			assertAcceptsEachOnce(stored(first), stored(second));
		}
	}

	@Test
	void acceptsEachOnceByTheBackplaneAndKeepsItUntilItHasExpired() {
		RedisBackplane first = nodes.create(CHANNEL);
		RedisBackplane second = nodes.create(CHANNEL);
		try {
			List.of(first, second).forEach((node) -> {
				node.start((event) -> {
				});
				Awaitility.await().until(() -> node.status().connected());
			});
			assertAcceptsEachOnce(first.spentTickets(CLOCK), second.spentTickets(CLOCK));
			try (RedisConnection connection = nodes.connections().getConnection()) {
				byte[] key = (CHANNEL + ":ticket:id0").getBytes(StandardCharsets.UTF_8);
				assertThat(connection.keyCommands().pTtl(key)).isBetween(30_000L, 90_000L);
			}
		}
		finally {
			first.stop();
			second.stop();
		}
	}

	private static SpentTickets stored(ActorStateStore store) {
		return new StoredSpentTickets(store, Schedulers.boundedElastic(), CLOCK);
	}

	private static void assertAcceptsEachOnce(SpentTickets first, SpentTickets second) {
		IntStream.range(0, TICKETS).mapToObj((i) -> "id" + i).forEach((id) -> {
			Mono<Boolean> here = first.spend(id, NOW.plusSeconds(30)).subscribeOn(Schedulers.boundedElastic());
			Mono<Boolean> there = second.spend(id, NOW.plusSeconds(30)).subscribeOn(Schedulers.boundedElastic());
			List<Boolean> accepted = Mono.zip(here, there, List::of).block(Duration.ofSeconds(20));
			assertThat(accepted).containsExactlyInAnyOrder(true, false);
		});
	}

}
