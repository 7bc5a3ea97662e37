/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes that are joined by a real Redis.
 */
class TwoNodesIntegrationTests extends AbstractTwoNodesTests {

	private final TestRedis redis = TestRedis.embedded();

	@Override
	List<String> join() {
		this.redis.start();
		return List.of("--rivet.events.backplane=redis", "--rivet.events.redis.heartbeat=1s",
				"--spring.data.redis.port=" + this.redis.port());
	}

	@AfterAll
	void stopRedis() {
		this.redis.close();
	}

	@Test
	void goesOnAfterRedisWasKilledInTheMiddle() {
		long lostBefore = this.right.status().path("lost").asLong();
		long interruptionsBefore = this.right.status().path("interruptions").asLong();
		this.left.send("user=ada&from=1&count=100");
		ada().forEach((client) -> client.await(100));
		this.redis.kill();
		Awaitility.await().atMost(PATIENCE).until(() -> !this.right.status().path("connected").asBoolean());
		// the own node is told all the same, and nobody waits for Redis
		this.left.send("user=ada&from=101&count=100");
		assertThat(this.adaLeft.await(200)).hasSize(200);
		assertThat(this.right.health()).isEqualTo("DOWN");
		this.redis.start();
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> this.left.health().equals("UP") && this.right.health().equals("UP"));
		this.left.send("user=ada&from=201&count=100");
		assertThat(this.adaLeft.await(300)).containsExactlyElementsOf(IntStream.rangeClosed(1, 300).boxed().toList());
		assertThat(this.adaRight.await(300)).startsWith(1, 2, 3).hasSize(200).endsWith(299, 300);
		assertThat(this.right.status().path("lost").asLong() - lostBefore).isEqualTo(100);
		assertThat(this.right.status().path("interruptions").asLong() - interruptionsBefore).isEqualTo(1);
	}

	@Test
	void doesNotMindHostilePayloads() {
		long before = this.right.status().path("malformed").asLong();
		publish("not JSON at all");
		publish("[".repeat(100_000));
		publish("{\"event\":\"number\",\"args\":\"x\"}");
		publish("{\"user\":\"ada\",\"event\":\"number\",\"args\":[7]}");
		ada().forEach((client) -> assertThat(client.await(7)).containsExactly(7));
		assertThat(this.linus.numbers).isEmpty();
		assertThat(this.right.status().path("malformed").asLong() - before).isEqualTo(3);
	}

	private void publish(String message) {
		LettuceConnectionFactory factory = new LettuceConnectionFactory("127.0.0.1", this.redis.port());
		factory.afterPropertiesSet();
		factory.start();
		try (RedisConnection connection = factory.getConnection()) {
			connection.publish("rivet.events:1".getBytes(StandardCharsets.UTF_8),
					message.getBytes(StandardCharsets.UTF_8));
		}
		finally {
			factory.destroy();
		}
	}

}
