/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes in two processes, joined by a real Redis, and the browsers of two users.
 */
class TwoNodesIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final JsonMapper MAPPER = new JsonMapper();

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	private static TestRedis redis;

	private static Node left;

	private static Node right;

	private Client adaLeft;

	private Client adaLeftTab;

	private Client adaRight;

	private Client linus;

	@BeforeAll
	static void start() throws IOException {
		redis = TestRedis.embedded();
		redis.start();
		left = new Node("left");
		right = new Node("right");
		for (Node node : List.of(left, right)) {
			Awaitility.await()
				.atMost(PATIENCE)
				.ignoreExceptions()
				.until(() -> node.status().path("connected").asBoolean());
		}
	}

	@AfterAll
	static void stop() {
		left.close();
		right.close();
		redis.close();
	}

	@BeforeEach
	void connect() {
		this.adaLeft = new Client(left, "ada");
		this.adaLeftTab = new Client(left, "ada");
		this.adaRight = new Client(right, "ada");
		this.linus = new Client(right, "linus");
	}

	@AfterEach
	void disconnect() {
		List.of(this.adaLeft, this.adaLeftTab, this.adaRight, this.linus).forEach(Client::close);
	}

	private List<Client> ada() {
		return List.of(this.adaLeft, this.adaLeftTab, this.adaRight);
	}

	@Test
	void reachesAUserOnBothNodesOnce() {
		left.send("user=ada&from=1");
		ada().forEach((client) -> client.await(1));
		right.send("user=ada&from=2");
		ada().forEach((client) -> client.await(2));
		left.send("from=3");
		ada().forEach((client) -> assertThat(client.await(3)).containsExactly(1, 2, 3));
		assertThat(this.linus.await(3)).containsExactly(3);
	}

	@Test
	void closesTheConnectionsOfAUserOnBothNodes() {
		assertThat(left.close("ada")).isEqualTo(2);
		ada().forEach((client) -> assertThat(client.closed).succeedsWithin(PATIENCE).isEqualTo("1011 auth.logged_out"));
		assertThat(this.linus.closed).isNotDone();
	}

	@Test
	void keepsTenThousandInOrder() {
		left.send("user=ada&count=10000");
		List<Integer> all = IntStream.range(0, 10_000).boxed().toList();
		ada().forEach((client) -> assertThat(client.await(9_999)).containsExactlyElementsOf(all));
		assertThat(this.linus.numbers).isEmpty();
	}

	@Test
	void goesOnAfterRedisWasKilledInTheMiddle() {
		long lostBefore = right.status().path("lost").asLong();
		long interruptionsBefore = right.status().path("interruptions").asLong();
		left.send("user=ada&from=1&count=100");
		ada().forEach((client) -> client.await(100));
		redis.kill();
		Awaitility.await().atMost(PATIENCE).until(() -> !right.status().path("connected").asBoolean());
		// the own node is told all the same, and nobody waits for Redis
		left.send("user=ada&from=101&count=100");
		assertThat(this.adaLeft.await(200)).hasSize(200);
		assertThat(right.health()).isEqualTo("DOWN");
		redis.start();
		Awaitility.await().atMost(PATIENCE).until(() -> left.health().equals("UP") && right.health().equals("UP"));
		left.send("user=ada&from=201&count=100");
		assertThat(this.adaLeft.await(300)).containsExactlyElementsOf(IntStream.rangeClosed(1, 300).boxed().toList());
		assertThat(this.adaRight.await(300)).startsWith(1, 2, 3).hasSize(200).endsWith(299, 300);
		assertThat(right.status().path("lost").asLong() - lostBefore).isEqualTo(100);
		assertThat(right.status().path("interruptions").asLong() - interruptionsBefore).isEqualTo(1);
	}

	@Test
	void doesNotMindHostilePayloads() {
		long before = right.status().path("malformed").asLong();
		publish("not JSON at all");
		publish("[".repeat(100_000));
		publish("{\"event\":\"number\",\"args\":\"x\"}");
		publish("{\"user\":\"ada\",\"event\":\"number\",\"args\":[7]}");
		ada().forEach((client) -> assertThat(client.await(7)).containsExactly(7));
		assertThat(this.linus.numbers).isEmpty();
		assertThat(right.status().path("malformed").asLong() - before).isEqualTo(3);
	}

	private static void publish(String message) {
		LettuceConnectionFactory factory = new LettuceConnectionFactory("127.0.0.1", redis.port());
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

	/** A process. */
	private static final class Node implements AutoCloseable {

		private final int port;

		private final Process process;

		Node(String name) throws IOException {
			try (ServerSocket socket = new ServerSocket(0)) {
				this.port = socket.getLocalPort();
			}
			File log = Path.of("target", "node-" + name + ".log").toFile();
			this.process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
					"-Xmx256m", "-cp", System.getProperty("java.class.path"), NodeApplication.class.getName(),
					"--server.port=" + this.port, "--rivet.events.backplane=redis", "--rivet.events.redis.heartbeat=1s",
					"--spring.data.redis.port=" + redis.port(), "--management.endpoint.health.show-details=always")
				.redirectErrorStream(true)
				.redirectOutput(log)
				.start();
		}

		URI uri(String path) {
			return URI.create("http://localhost:%d%s".formatted(this.port, path));
		}

		JsonNode status() {
			return get("/status");
		}

		String health() {
			return get("/actuator/health").path("components").path("rivetBackplane").path("status").asString();
		}

		void send(String query) {
			answer(HttpRequest.newBuilder(uri("/send?" + query)).POST(HttpRequest.BodyPublishers.noBody()).build());
		}

		int close(String user) {
			return answer(HttpRequest.newBuilder(uri("/close?user=" + user))
				.POST(HttpRequest.BodyPublishers.noBody())
				.build()).path("closed").intValue();
		}

		private JsonNode get(String path) {
			return answer(HttpRequest.newBuilder(uri(path)).build());
		}

		private static JsonNode answer(HttpRequest request) {
			try {
				return MAPPER.readTree(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public void close() {
			this.process.destroyForcibly();
		}

	}

	/** A connection of a user. */
	private static final class Client implements WebSocket.Listener, AutoCloseable {

		private final Queue<Integer> numbers = new ConcurrentLinkedQueue<>();

		private final StringBuilder message = new StringBuilder();

		private final WebSocket socket;

		private final CompletableFuture<String> closed = new CompletableFuture<>();

		private volatile boolean welcome;

		Client(Node node, String user) {
			String credentials = Base64.getEncoder()
				.encodeToString((user + ":" + user).getBytes(StandardCharsets.UTF_8));
			URI uri = URI.create(node
				.uri("/rivet/gateway/room/connect?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default"
						+ "&rvt-key=lobby&rvt-crash-policy=sleep")
				.toString()
				.replace("http:", "ws:"));
			this.socket = HTTP.newWebSocketBuilder()
				.header("Authorization", "Basic " + credentials)
				.subprotocols("rivet", "rivet_encoding.json")
				.buildAsync(uri, this)
				.join();
			Awaitility.await().atMost(PATIENCE).until(() -> this.welcome);
		}

		@Override
		public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
			this.message.append(data);
			if (last) {
				JsonNode body = MAPPER.readTree(this.message.toString()).path("body");
				this.message.setLength(0);
				if (body.path("tag").asString().equals("Init")) {
					this.welcome = true;
				}
				else if (body.path("val").path("name").asString("").equals("number")) {
					this.numbers.add(body.path("val").path("args").path(0).intValue());
				}
			}
			socket.request(1);
			return null;
		}

		@Override
		public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
			this.closed.complete(code + " " + reason);
			return null;
		}

		/** Wait for a number, and return all that have come until then. */
		List<Integer> await(int number) {
			Awaitility.await()
				.atMost(PATIENCE)
				.pollInterval(20, TimeUnit.MILLISECONDS)
				.until(() -> this.numbers.contains(number));
			return List.copyOf(this.numbers);
		}

		@Override
		public void close() {
			this.socket.abort();
		}

	}

}
