/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import io.lettuce.core.cluster.SlotHash;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.redis.store.RedisActorStateStore;
import io.rivetevents.redis.store.RedisStoreSettings;
import io.rivetevents.redis.store.UncertainCommitException;
import io.rivetevents.test.store.AbstractActorStateStoreTests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@EnabledIf(value = "isInstalled", disabledReason = "No redis-server is installed")
class RedisClusterStoreTests extends AbstractActorStateStoreTests {

	@TempDir
	static Path directory;

	private static TestRedisCluster cluster;

	private static LettuceConnectionFactory connections;

	private static RedisActorStateStore store;

	static boolean isInstalled() {
		return TestRedis.findInstalled().isPresent();
	}

	@BeforeAll
	static void startCluster() {
		cluster = new TestRedisCluster(directory);
		cluster.start();
		connections = cluster.connections();
		store = new RedisActorStateStore(connections, settings(0));
	}

	private static RedisStoreSettings settings(int waitReplicas) {
		return new RedisStoreSettings("rivet:", Duration.ofSeconds(10), waitReplicas, Duration.ofMillis(200));
	}

	@AfterAll
	static void stopCluster() {
		store.close();
		connections.destroy();
		cluster.close();
	}

	@Override
	protected ActorStateStore createStore() {
		return store;
	}

	@Test
	void keepsAllKeysOfAnInstanceInOneSlot() {
		String name = "slots-" + UUID.randomUUID();
		for (String key : List.of("", "a", "{", "}", "{}", "}{", "{a}b", "%7b", "ä")) {
			StoredActor actor = StoredActor
				.builder(UUID.randomUUID().toString(), new ActorAddress("{}", name, ActorKey.of("k", key)))
				.version(1)
				.build();
			Instant later = Instant.now().plusSeconds(60);
			store.commit(Change.of(actor, 0)
				.withEvents(List.of(new StoredEvent(1, 0, later, later, "event", "all", null)), List.of())
				.withAnswers(List.of(new StoredAnswer("a", later, new byte[0])))
				.withSchedules(List.of(new StoredSchedule("s", later, 0, "action", new byte[0])), List.of()));
			Set<String> keys = keysOf(name);
			assertThat(keys).hasSize(6); // actor, events, answers, expiry, schedules,
											// undo
			assertThat(keys.stream().map((each) -> SlotHash.getSlot(each.getBytes(StandardCharsets.UTF_8))).distinct())
				.hasSize(1);
			store.delete(actor);
			assertThat(keysOf(name)).hasSize(1).allMatch((each) -> each.startsWith("rivet:deleted:"));
			removeAll(name);
		}
	}

	/** WAIT is sent to the node of the instance. */
	@Test
	void waitsForTheReplicasOfTheNode() {
		try (RedisActorStateStore replicated = new RedisActorStateStore(connections, settings(1))) {
			for (int i = 0; i < 5; i++) {
				StoredActor actor = StoredActor.builder("id-" + i, ActorAddress.of("waits", "k" + i))
					.version(1)
					.build();
				assertThatExceptionOfType(UncertainCommitException.class).isThrownBy(() -> replicated.save(actor, 0))
					.withMessageContaining("0 of 1 replicas");
				assertThat(replicated.load(actor.address())).isNotNull();
			}
		}
	}

	private static Set<String> keysOf(String name) {
		try (RedisConnection connection = connections.getConnection()) {
			return connection.keyCommands()
				.keys(("*/" + name + "/*").getBytes(StandardCharsets.UTF_8))
				.stream()
				.map((key) -> new String(key, StandardCharsets.UTF_8))
				.collect(Collectors.toSet());
		}
	}

	private static void removeAll(String name) {
		try (RedisConnection connection = connections.getConnection()) {
			keysOf(name).forEach((key) -> connection.keyCommands().del(key.getBytes(StandardCharsets.UTF_8)));
		}
	}

}
