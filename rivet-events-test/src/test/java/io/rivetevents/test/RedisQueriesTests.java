/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnection;
import reactor.core.publisher.Mono;

import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.connection.ConnectionInfo;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.redis.RedisBackplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Queries between nodes that Redis connects.
 */
class RedisQueriesTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final TestRedis redis = TestRedis.embedded();

	private static @Nullable RedisNodes nodes;

	private final String channel = "rivet.events:1:" + UUID.randomUUID();

	private final List<RedisBackplane> started = new ArrayList<>();

	@BeforeAll
	static void startRedis() {
		redis.start();
		nodes = new RedisNodes(redis.port());
	}

	@AfterEach
	void stopNodes() {
		this.started.forEach(RedisBackplane::stop);
	}

	@AfterAll
	static void stopRedis() {
		nodes.close();
		redis.close();
	}

	private RedisBackplane start(String name, Function<NodeQuery, NodeAnswer> answers) {
		RedisBackplane node = create(name, answers);
		node.start((event) -> {
		});
		this.started.add(node);
		return node;
	}

	private RedisBackplane create(String name, Function<NodeQuery, NodeAnswer> answers) {
		Duration longerThanAMachinePauses = Duration.ofMillis(500);
		return nodes.create(this.channel, longerThanAMachinePauses, name, answers);
	}

	private static NodeAnswer nothing(NodeQuery query) {
		return new NodeAnswer.Found(List.of(), 0);
	}

	private static Map<String, Mono<NodeAnswer>> ask(RedisBackplane node, NodeQuery query, String... others) {
		return Awaitility.await()
			.until(() -> node.others().ask(query, TIMEOUT), (asked) -> asked.keySet().equals(Set.of(others)));
	}

	@Test
	void findsTheConnectionsOfAUserAtOtherNodes() {
		List<ConnectionInfo> found = List.of(
				new ConnectionInfo("c1", "chat", new ActorKey(List.of("a/b", "ü")), "left"),
				new ConnectionInfo("c2", "game", new ActorKey(List.of()), "left"));
		start("left", (query) -> query.equals(new NodeQuery.OfUser("ada", "https://id"))
				? new NodeAnswer.Found(found, 3) : nothing(query));
		RedisBackplane right = start("right", RedisQueriesTests::nothing);
		NodeQuery ada = new NodeQuery.OfUser("ada", "https://id");
		assertThat(ask(right, ada, "left").get("left").block(TIMEOUT)).isEqualTo(new NodeAnswer.Found(found, 3));
		NodeQuery other = new NodeQuery.OfUser("ada", null);
		assertThat(ask(right, other, "left").get("left").block(TIMEOUT)).isEqualTo(nothing(other));
	}

	@Test
	void countsTheConnectionsOfOtherNodes() {
		NodeAnswer counted = new NodeAnswer.Counted(7, Set.of(Long.MIN_VALUE, -1L, 5L), 2);
		start("left", (query) -> counted);
		start("middle", (query) -> counted);
		RedisBackplane right = start("right", RedisQueriesTests::nothing);
		Map<String, Mono<NodeAnswer>> answers = ask(right, new NodeQuery.Count(), "left", "middle");
		assertThat(answers.values()).allSatisfy((answer) -> assertThat(answer.block(TIMEOUT)).isEqualTo(counted));
	}

	@Test
	void answersThatAreTooLongAreCut() {
		int many = 2000;
		List<ConnectionInfo> found = IntStream.range(0, many)
			.mapToObj((i) -> new ConnectionInfo("c" + i, "chat", ActorKey.of("x".repeat(100)), "left"))
			.toList();
		Set<Long> users = new HashSet<>(LongStream.range(0, 20_000).boxed().toList());
		start("left", (query) -> (query instanceof NodeQuery.Count) ? new NodeAnswer.Counted(many, users, 1)
				: new NodeAnswer.Found(found, 1));
		RedisBackplane right = start("right", RedisQueriesTests::nothing);
		NodeAnswer.Found some = (NodeAnswer.Found) ask(right, new NodeQuery.OfUser("ada", null), "left").get("left")
			.block(TIMEOUT);
		assertThat(some.connections()).hasSizeBetween(300, many - 1);
		assertThat(some.connections().size() + some.more()).isEqualTo(many + 1);
		NodeAnswer.Counted counted = (NodeAnswer.Counted) ask(right, new NodeQuery.Count(), "left").get("left")
			.block(TIMEOUT);
		assertThat(counted.users()).hasSizeBetween(5000, users.size() - 1);
		assertThat(counted.users().size() + counted.moreUsers()).isEqualTo(users.size() + 1);
	}

	@Test
	void aNodeThatDoesNotAnswerInTimeFails() {
		CountDownLatch never = new CountDownLatch(1);
		start("left", (query) -> {
			try {
				never.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return nothing(query);
		});
		RedisBackplane right = start("right", RedisQueriesTests::nothing);
		NodeQuery query = new NodeQuery.Count();
		ask(right, query, "left");
		Mono<NodeAnswer> answer = right.others().ask(query, Duration.ofMillis(100)).get("left");
		assertThatException().isThrownBy(answer::block).havingRootCause().isInstanceOf(TimeoutException.class);
		never.countDown();
	}

	@Test
	void aNodeThatHasStoppedIsNotQueriedForLong() {
		RedisBackplane left = start("left", RedisQueriesTests::nothing);
		RedisBackplane right = start("right", RedisQueriesTests::nothing);
		ask(right, new NodeQuery.Count(), "left");
		left.stop();
		this.started.remove(left);
		ask(right, new NodeQuery.Count());
	}

	@Test
	void knowsTheOthersWhenTheyHaveHadTimeForAHeartbeat() {
		RedisBackplane node = create("node", RedisQueriesTests::nothing);
		assertThat(node.others().areKnown()).isFalse();
		node.start((event) -> {
		});
		this.started.add(node);
		Awaitility.await().until(() -> node.others().areKnown());
		node.stop();
		this.started.remove(node);
		assertThat(node.others().areKnown()).isFalse();
	}

	@Test
	void messagesThatAreMalformedAreIgnored() {
		start("left", RedisQueriesTests::nothing);
		RedisBackplane right = start("right", RedisQueriesTests::nothing);
		ask(right, new NodeQuery.Count(), "left");
		RedisConnection external = nodes.connections().getConnection();
		for (String message : List.of("{", "[]", "{\"v\":2}", "{\"node\":\"left\"}",
				"{\"node\":\"left\",\"kind\":\"count\"}", "{\"node\":\"left\",\"kind\":\"later\",\"query\":1}",
				"{\"node\":\"left\",\"kind\":\"count\",\"answer\":1,\"connections\":-1}",
				"{\"node\":\"left\",\"kind\":\"count\",\"answer\":1,\"users\":\"!\"}",
				"{\"node\":\"left\",\"kind\":\"user\",\"query\":1}")) {
			external.publish((this.channel + ":right").getBytes(), message.getBytes());
		}
		assertThat(ask(right, new NodeQuery.OfUser("ada", null), "left").get("left").block(TIMEOUT))
			.isEqualTo(new NodeAnswer.Found(List.of(), 0));
		external.close();
	}

}
