/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.redis.connection.RedisConnection;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.extension.Selection;
import io.rivetevents.redis.RedisBackplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * What goes wrong with Redis: it dies, it is not there, somebody else talks on it.
 */
class RedisBackplaneOutageTests {

	private static final String CHANNEL = "rivet.events:1";

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final TestRedis redis = TestRedis.embedded();

	private final RedisNodes nodes = new RedisNodes(this.redis.port());

	private final RedisBackplane one = this.nodes.create(CHANNEL);

	private final RedisBackplane other = this.nodes.create(CHANNEL);

	private final Queue<AddressedEvent> received = new ConcurrentLinkedQueue<>();

	private final Queue<NodeCommand> commands = new ConcurrentLinkedQueue<>();

	@AfterEach
	void stop() {
		this.one.stop();
		this.other.stop();
		this.nodes.close();
		this.redis.close();
	}

	@Test
	void goesOnAfterRedisWasKilledAndSaysWhatWasMissed() {
		startBoth();
		this.one.publish(event("before"));
		awaitEvent("before");
		this.redis.kill();
		Awaitility.await().atMost(PATIENCE).until(() -> !this.other.status().connected());
		assertTimeoutPreemptively(PATIENCE, () -> {
			for (int i = 0; i < 1000; i++) {
				this.one.publish(event("meanwhile"));
			}
			this.one.publish(new NodeCommand.CloseUser("ada", null));
		});
		Awaitility.await().atMost(PATIENCE).until(() -> this.one.status().notPublished() == 1001);
		this.redis.start();
		awaitConnected();
		this.one.publish(event("after"));
		awaitEvent("after");
		assertThat(this.received).extracting(AddressedEvent::event).containsExactly("before", "after");
		BackplaneStatus status = this.other.status();
		assertThat(status.interruptions()).isPositive(); // a pause of the machine counts,
															// too
		assertThat(status.lost()).isGreaterThanOrEqualTo(1000);
		// the command is known to be missed with the next heartbeat
		Awaitility.await().atMost(PATIENCE).until(() -> this.other.status().lost() == 1001);
		Awaitility.await().atMost(PATIENCE).until(() -> this.one.status().published() == 2);
	}

	/** As behind a firewall that forgets a connection: neither side is told. */
	@Test
	void hearsAgainAfterItsConnectionWasDroppedWithoutAWord() throws Exception {
		this.redis.start();
		try (BlackHole network = new BlackHole(this.redis.port()); RedisNodes behind = new RedisNodes(network.port())) {
			RedisBackplane deaf = behind.create(CHANNEL);
			deaf.start(this.received::add);
			this.one.start((dispatch) -> {
			});
			Awaitility.await().atMost(PATIENCE).until(() -> this.one.status().connected() && deaf.status().connected());
			this.one.publish(event("before"));
			awaitEvent("before");
			network.swallow();
			Awaitility.await().atMost(PATIENCE).until(() -> !deaf.status().connected());
			Awaitility.await().atMost(PATIENCE).until(() -> deaf.status().connected());
			this.one.publish(event("after"));
			awaitEvent("after");
			assertThat(deaf.status().interruptions()).isPositive();
			assertThat(this.received.stream().filter((dispatch) -> dispatch.event().equals("after"))).hasSize(1);
			deaf.stop();
		}
	}

	@Test
	void reportsAnEventThatIsNotPublished() {
		this.one.start((dispatch) -> {
		});
		assertThatException().isThrownBy(() -> this.one.publishConfirmed(event("first")).block(PATIENCE));
		assertThat(this.one.status().notPublished()).isOne();
		this.redis.start();
		Awaitility.await().atMost(PATIENCE).until(() -> this.one.status().connected());
		this.one.publishConfirmed(event("second")).block(PATIENCE);
		assertThat(this.one.status().published()).isOne();
	}

	@Test
	void startsWithoutRedisAndJoinsWhenItIsThere() {
		Duration longerThanAMachinePauses = Duration.ofSeconds(1);
		RedisBackplane early = this.nodes.create(CHANNEL, longerThanAMachinePauses);
		early.start((dispatch) -> {
		});
		this.other.start(this.received::add);
		assertTimeoutPreemptively(PATIENCE, () -> early.publish(event("too early")));
		Awaitility.await().atMost(PATIENCE).until(() -> early.status().notPublished() == 1);
		assertThat(early.status().connected()).isFalse();
		this.redis.start();
		Awaitility.await().atMost(PATIENCE).until(() -> early.status().connected() && this.other.status().connected());
		early.publish(event("hello"));
		awaitEvent("hello");
		assertThat(early.status().interruptions()).isZero();
		early.stop();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "hello", "{", "[]", "null", "42", "{}", "{\"event\":7}", "{\"event\":\"\"}",
			"{\"event\":\"e\",\"args\":{}}", "{\"event\":\"e\",\"args\":\"x\"}", "{\"event\":\"e\",\"user\":7}",
			"{\"event\":\"e\",\"user\":\" \"}", "{\"v\":2,\"event\":\"e\"}", "{\"v\":\"1\",\"event\":\"e\"}",
			"{\"event\":\"e\",\"tags\":[1]}", "{\"event\":\"e\",\"droppable\":1}", "{\"event\":\"e\",\"subscribed\":0}",
			"{\"node\":\"n\",\"event\":\"e\"}", "{\"node\":\"n\",\"seq\":1.5}", "{\"node\":7,\"seq\":1}",
			"{\"event\":\"e\"} {\"event\":\"e\"}", "\uFFFF\u0000", "{\"command\":7}", "{\"command\":\"close-user\"}",
			"{\"command\":\"close-user\",\"user\":\"\"}", "{\"command\":\"close-session\",\"session\":\" \"}",
			"{\"command\":\"disconnect-user\"}", "{\"command\":\"reauthenticate-user\"}",
			"{\"command\":\"revoke-connections\",\"connections\":[7]}", "{\"command\":\"drain\"}",
			"{\"node\":\"n\",\"seq\":1,\"commands\":\"x\"}" })
	void doesNotMindWhatCannotBeRead(String payload) {
		doesNotMind(payload.getBytes(StandardCharsets.UTF_8));
	}

	@Test
	void doesNotMindWhatIsDeepLongOrBinary() {
		doesNotMind("{\"event\":\"e\",\"args\":%s1%s}".formatted("[".repeat(20_000), "]".repeat(20_000))
			.getBytes(StandardCharsets.UTF_8));
		doesNotMind("{\"event\":\"e\",\"args\":[\"%s\"]}".formatted("x".repeat(RedisNodes.MAX_MESSAGE_SIZE + 1000))
			.getBytes(StandardCharsets.UTF_8));
		doesNotMind(new byte[] { (byte) 0xff, (byte) 0xfe, 0, 1, 2 });
	}

	private void doesNotMind(byte[] payload) {
		if (!this.other.status().connected()) {
			startBoth();
		}
		long before = this.other.status().malformed();
		publish(payload);
		publish("{\"event\":\"good\"}".getBytes(StandardCharsets.UTF_8));
		awaitEvent("good");
		assertThat(this.other.status().malformed()).isEqualTo(before + 1);
		assertThat(this.received).hasSize(1);
		this.received.clear();
	}

	@Test
	void takesWhatAProcessWithNothingButRedisPublishes() {
		startBoth();
		publish("""
				{"user": "ada", "event": "notice", "args": ["hi", {"n": 1}], "from": "a script"}
				""".getBytes(StandardCharsets.UTF_8));
		awaitEvent("notice");
		AddressedEvent dispatch = this.received.remove();
		assertThat(dispatch.selection()).isEqualTo(new Selection.User("ada"));
		assertThat(dispatch.args()).hasToString("[\"hi\", {\"n\":1}]");
		assertThat(dispatch.subscribed()).isFalse();
		assertThat(dispatch.droppable()).isFalse();
		assertThat(dispatch.tags()).isEmpty();
	}

	@Test
	void takesCommandsOfSuchAProcessAndIgnoresUnknownOnes() {
		startBoth();
		publish("{\"command\":\"later\",\"user\":7}".getBytes(StandardCharsets.UTF_8));
		publish("{\"v\":1,\"node\":\"newer\",\"seq\":0,\"commands\":1,\"command\":\"later\"}"
			.getBytes(StandardCharsets.UTF_8));
		publish("{\"v\":1,\"node\":\"newer\",\"seq\":0,\"commands\":2,\"command\":\"later\"}"
			.getBytes(StandardCharsets.UTF_8));
		publish("{\"command\":\"close-user\",\"user\":\"ada\"}".getBytes(StandardCharsets.UTF_8));
		Awaitility.await().atMost(PATIENCE).until(() -> !this.commands.isEmpty());
		assertThat(this.commands).containsExactly(new NodeCommand.CloseUser("ada", null));
		assertThat(this.other.status().malformed()).isZero();
		assertThat(this.other.status().lost()).isZero();
	}

	/** It has the number of the last event and no event, as a heartbeat has. */
	@Test
	void aCommandIsAHeartbeatToAnOlderNode() {
		startBoth();
		Queue<JsonNode> messages = new ConcurrentLinkedQueue<>();
		try (RedisConnection connection = this.nodes.connections().getConnection()) {
			connection.subscribe((message, pattern) -> messages.add(new JsonMapper().readTree(message.getBody())),
					CHANNEL.getBytes(StandardCharsets.UTF_8));
			this.one.publish(event("hello"));
			this.one.publish(new NodeCommand.CloseSession("s"));
			Awaitility.await().atMost(PATIENCE).until(() -> messages.stream().anyMatch((each) -> each.has("command")));
		}
		JsonNode event = messages.stream().filter((each) -> each.has("event")).findFirst().orElseThrow();
		JsonNode command = messages.stream().filter((each) -> each.has("command")).findFirst().orElseThrow();
		assertThat(command.propertyNames()).containsExactlyInAnyOrder("v", "node", "seq", "commands", "command",
				"session");
		assertThat(command.path("v").intValue()).isOne();
		assertThat(command.path("node")).isEqualTo(event.path("node"));
		assertThat(command.path("seq")).isEqualTo(event.path("seq"));
		assertThat(event.propertyNames()).containsExactlyInAnyOrder("v", "node", "seq", "event", "args");
	}

	@Test
	void publishesNothingThatIsTooLarge() {
		startBoth();
		this.one.publish(event("x".repeat(RedisNodes.MAX_MESSAGE_SIZE)));
		this.one.publish(new NodeCommand.CloseUser("x".repeat(RedisNodes.MAX_MESSAGE_SIZE), null));
		this.one.publish(event("small"));
		awaitEvent("small");
		assertThat(this.one.status().notPublished()).isEqualTo(2);
		assertThat(this.received).hasSize(1);
		assertThat(this.other.status().lost()).isZero();
	}

	@Test
	void leavesTheConnectionsOfTheApplicationAlone() {
		startBoth();
		assertThat(this.nodes.connections().getClientConfiguration().getClientOptions()).isEmpty();
		this.one.stop();
		try (RedisConnection connection = this.nodes.connections().getConnection()) {
			assertThat(connection.ping()).isEqualTo("PONG");
		}
	}

	private void startBoth() {
		this.redis.start();
		this.one.start((dispatch) -> {
		});
		this.other.start(this.received::add, this.commands::add);
		awaitConnected();
	}

	private void awaitConnected() {
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> this.one.status().connected() && this.other.status().connected());
	}

	private void awaitEvent(String name) {
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> this.received.stream().anyMatch((dispatch) -> dispatch.event().equals(name)));
	}

	private void publish(byte[] payload) {
		try (RedisConnection connection = this.nodes.connections().getConnection()) {
			connection.publish(CHANNEL.getBytes(StandardCharsets.UTF_8), payload);
		}
	}

	private static AddressedEvent event(String name) {
		return new AddressedEvent(Selection.ALL, false, name, List.of(), Set.of(), false);
	}

}
