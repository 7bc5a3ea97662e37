/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.discovery;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.rivetevents.cluster.engine.Discovery;
import io.rivetevents.test.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests of {@link RedisDiscovery} with a real Redis.
 */
class RedisDiscoveryTests {

	private static final byte[] KEY = "test:nodes:shop".getBytes();

	private static final TestRedis redis = TestRedis.embedded();

	private LettuceConnectionFactory application;

	private RedisDiscovery discovery;

	@BeforeAll
	static void start() {
		redis.start();
	}

	@AfterAll
	static void stop() {
		redis.close();
	}

	@BeforeEach
	void connect() {
		this.application = new LettuceConnectionFactory("127.0.0.1", redis.port());
		this.application.afterPropertiesSet();
		this.application.start();
		this.discovery = new RedisDiscovery(this.application, "test:", Duration.ofSeconds(5));
	}

	@AfterEach
	void close() {
		this.discovery.close();
		this.application.destroy();
	}

	private static Discovery.Entry entry(String cluster, String node, String host, int port) {
		return new Discovery.Entry(cluster, node, new InetSocketAddress(host, port));
	}

	private RedisConnection redis() {
		return this.application.getConnection();
	}

	@Test
	void findsTheNodesOfOneCluster() {
		Discovery.Entry one = entry("shop", "n1", "10.0.0.1", 7800);
		Discovery.Entry two = entry("shop", "n2", "fd00:0:0:0:0:0:0:1", 7801);
		List.of(one, one, two, entry("other", "n3", "10.0.0.3", 7800))
			.forEach((each) -> this.discovery.announce(each, Set.of()));
		assertThat(this.discovery.find("shop")).containsExactlyInAnyOrder(one.address(), two.address());
		this.discovery.withdraw(one);
		assertThat(this.discovery.find("shop")).containsExactly(two.address());
		this.discovery.withdraw(two);
		assertThat(this.discovery.find("shop")).isEmpty();
	}

	@Test
	void ignoresAndDeletesNodesThatAreSilent() {
		Discovery.Entry entry = entry("shop", "n1", "10.0.0.1", 7800);
		try (RedisConnection redis = redis()) {
			double now = redis.serverCommands().time() / 1000d;
			redis.zSetCommands().zAdd(KEY, now - RedisDiscovery.SILENT_SECONDS - 1, "n2 10.0.0.2:7800".getBytes());
			redis.zSetCommands().zAdd(KEY, now - RedisDiscovery.SILENT_SECONDS + 20, "n3 10.0.0.3:7800".getBytes());
			assertThat(this.discovery.find("shop")).containsExactly(new InetSocketAddress("10.0.0.3", 7800));
			this.discovery.announce(entry, Set.of());
			assertThat(redis.zSetCommands().zCard(KEY)).isEqualTo(2);
			assertThat(redis.keyCommands().ttl(KEY)).isBetween(1L, (long) RedisDiscovery.SILENT_SECONDS);
			redis.keyCommands().del(KEY);
		}
	}

	@Test
	void ignoresEntriesOfOthers() {
		try (RedisConnection redis = redis()) {
			double now = redis.serverCommands().time() / 1000d;
			for (String other : List.of("no node", "n1 10.0.0.1:x", "n1 10.0.0.1:70000", "n1 300.0.0.1:1")) {
				redis.zSetCommands().zAdd(KEY, now, other.getBytes());
			}
			assertThat(this.discovery.find("shop")).isEmpty();
			redis.keyCommands().del(KEY);
		}
	}

	@Test
	void failsWhileRedisIsAway() {
		Discovery.Entry entry = entry("shop", "n1", "10.0.0.1", 7800);
		this.discovery.announce(entry, Set.of());
		redis.kill();
		assertThatIllegalStateException().isThrownBy(() -> this.discovery.announce(entry, Set.of()))
			.withMessageContaining("Redis does not answer")
			.withMessageContaining("spring.data.redis");
		assertThatIllegalStateException().isThrownBy(() -> this.discovery.find("shop"));
		redis.start();
		Awaitility.await().ignoreExceptions().untilAsserted(() -> {
			this.discovery.announce(entry, Set.of());
			assertThat(this.discovery.find("shop")).containsExactly(entry.address());
		});
		this.discovery.withdraw(entry);
	}

}
