/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes in two processes, and the browsers of two users.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractTwoNodesTests {

	static final Duration PATIENCE = Duration.ofSeconds(60);

	/** Both processes start at the same time, maybe on a busy machine. */
	private static final Duration START = Duration.ofSeconds(180);

	private static final JsonMapper MAPPER = new JsonMapper();

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	Node left;

	Node right;

	Client adaLeft;

	private Client adaLeftTab;

	Client adaRight;

	Client linus;

	/**
	 * Starts what joins the nodes.
	 * @return properties of both nodes
	 */
	abstract List<String> join();

	/** Returns properties of one node. */
	List<String> properties(int node) {
		return List.of();
	}

	@BeforeAll
	void start() throws IOException {
		List<String> properties = join();
		this.left = new Node("left", properties, properties(0));
		this.right = new Node("right", properties, properties(1));
		for (Node node : List.of(this.left, this.right)) {
			Awaitility.await()
				.atMost(START)
				.ignoreExceptions()
				.until(() -> node.status().path("connected").asBoolean());
		}
	}

	@AfterAll
	void stop() {
		this.left.close();
		this.right.close();
	}

	@BeforeEach
	void connect() {
		this.adaLeft = new Client(this.left, "ada");
		this.adaLeftTab = new Client(this.left, "ada");
		this.adaRight = new Client(this.right, "ada");
		this.linus = new Client(this.right, "linus");
	}

	@AfterEach
	void disconnect() {
		List.of(this.adaLeft, this.adaLeftTab, this.adaRight, this.linus).forEach(Client::close);
	}

	List<Client> ada() {
		return List.of(this.adaLeft, this.adaLeftTab, this.adaRight);
	}

	@Test
	void reachesAUserOnBothNodesOnce() {
		this.left.send("user=ada&from=1");
		ada().forEach((client) -> client.await(1));
		this.right.send("user=ada&from=2");
		ada().forEach((client) -> client.await(2));
		this.left.send("from=3");
		ada().forEach((client) -> assertThat(client.await(3)).containsExactly(1, 2, 3));
		assertThat(this.linus.await(3)).containsExactly(3);
	}

	@Test
	void closesTheConnectionsOfAUserOnBothNodes() {
		assertThat(this.left.close("ada")).isEqualTo(2);
		assertClosed(ada(), "1011 auth.logged_out");
		assertThat(this.linus.closed).isNotDone();
	}

	/** Connects our own clients of a user, one at each node. */
	private List<Client> own(String user) {
		return List.of(new Client(this.left, user, "lobby", true), new Client(this.right, user, "lobby", true));
	}

	private static void assertClosed(List<Client> clients, String reason) {
		clients.forEach((client) -> assertThat(client.closed).succeedsWithin(PATIENCE).isEqualTo(reason));
	}

	@Test
	void disconnectsAUserOnBothNodes() {
		List<Client> own = own("ada");
		assertThat(this.left.end("disconnect", "ada")).isEqualTo(3);
		assertClosed(ada(), "1000 moved");
		assertClosed(own, "1000 moved");
		assertThat(this.linus.closed).isNotDone();
	}

	@Test
	void revokesConnectionsOfAUserOnBothNodes() {
		List<Client> own = own("ada");
		try (Client elsewhere = new Client(this.right, "ada", "attic", true);
				Client plain = new Client(this.right, "ada", "attic", false)) {
			assertThat(this.left.end("revoke", "ada")).isEqualTo(5);
			assertClosed(ada(), "1011 auth.forbidden");
			assertClosed(own, "1011 auth.forbidden");
			List.of(elsewhere, plain, this.linus).forEach((client) -> assertThat(client.closed).isNotDone());
			this.left.send("user=ada&from=7");
			List.of(elsewhere, plain).forEach((client) -> client.await(7));
		}
	}

	@Test
	void requestsNewCredentialsOfAUserOnBothNodes() {
		List<Client> own = own("ada");
		assertThat(this.left.end("reauthenticate", "ada")).isEqualTo(3);
		assertClosed(ada(), "1011 auth.expired");
		own.forEach((client) -> assertThat(client.renewed).succeedsWithin(PATIENCE));
		this.left.send("user=ada&from=7");
		own.forEach((client) -> client.await(7));
		own.forEach((client) -> assertThat(client.closed).isNotDone());
		assertThat(this.linus.closed).isNotDone();
		own.forEach(Client::close);
	}

	@Test
	void keepsTenThousandInOrder() {
		this.left.send("user=ada&count=10000");
		List<Integer> all = IntStream.range(0, 10_000).boxed().toList();
		ada().forEach((client) -> assertThat(client.await(9_999)).containsExactlyElementsOf(all));
		assertThat(this.linus.numbers).isEmpty();
	}

	/** A process. */
	static final class Node implements AutoCloseable {

		private final int port;

		private final Process process;

		Node(String name, List<String> shared, List<String> own) throws IOException {
			try (ServerSocket socket = new ServerSocket(0)) {
				this.port = socket.getLocalPort();
			}
			File log = Path.of("target", "%s-%s.log".formatted(name, this.port)).toFile();
			List<String> command = new ArrayList<>(
					List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-cp",
							System.getProperty("java.class.path"), NodeApplication.class.getName(),
							"--server.port=" + this.port, "--management.endpoint.health.show-details=always"));
			command.addAll(shared);
			command.addAll(own);
			this.process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
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

		/** Ends the rights of a user, and returns the number of connections. */
		int end(String how, String user) {
			return answer(HttpRequest.newBuilder(uri("/end/%s?user=%s".formatted(how, user)))
				.POST(HttpRequest.BodyPublishers.noBody())
				.build()).path("ended").intValue();
		}

		JsonNode get(String path) {
			return answer(HttpRequest.newBuilder(uri(path)).build());
		}

		JsonNode post(String path, String body) {
			return send("POST", path, body);
		}

		JsonNode put(String path, String body) {
			return send("PUT", path, body);
		}

		private JsonNode send(String method, String path, String body) {
			return answer(HttpRequest.newBuilder(uri(path))
				.header("Content-Type", "application/json")
				.method(method, HttpRequest.BodyPublishers.ofString(body))
				.build());
		}

		/** Opens an event stream. */
		BufferedReader stream(String path) {
			HttpRequest request = HttpRequest.newBuilder(uri(path)).build();
			InputStream body = send(request, HttpResponse.BodyHandlers.ofInputStream());
			return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
		}

		private static JsonNode answer(HttpRequest request) {
			return MAPPER.readTree(send(request, HttpResponse.BodyHandlers.ofString()));
		}

		private static <T> T send(HttpRequest request, HttpResponse.BodyHandler<T> body) {
			try {
				return HTTP.send(request, body).body();
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
	static final class Client implements WebSocket.Listener, AutoCloseable {

		final Queue<Integer> numbers = new ConcurrentLinkedQueue<>();

		private final StringBuilder message = new StringBuilder();

		private final WebSocket socket;

		private final CompletableFuture<String> closed = new CompletableFuture<>();

		/** Completed when the server has accepted new credentials. */
		private final CompletableFuture<JsonNode> renewed = new CompletableFuture<>();

		private final String user;

		private volatile boolean welcome;

		/** Connects as a RivetKit client does. */
		Client(Node node, String user) {
			this(node, user, "lobby", false);
		}

		/**
		 * Connects to a room.
		 * @param extended whether as our own client does
		 */
		Client(Node node, String user, String room, boolean extended) {
			this.user = user;
			String credentials = Base64.getEncoder()
				.encodeToString((user + ":" + user).getBytes(StandardCharsets.UTF_8));
			URI uri = URI.create(node
				.uri("/rivet/gateway/room/connect?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default"
						+ "&rvt-crash-policy=sleep&rvt-key=" + room)
				.toString()
				.replace("http:", "ws:"));
			this.socket = HTTP.newWebSocketBuilder()
				.header("Authorization", "Basic " + credentials)
				.subprotocols("rivet",
						extended ? new String[] { "rivet_encoding.json", "rivet_ext.1" }
								: new String[] { "rivet_encoding.json" })
				.buildAsync(uri, this)
				.join();
			if (extended) {
				send("Hello", "{\"subscriptions\":[]}");
			}
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
				else if (body.path("tag").asString().equals("Expiring")) {
					send("Authenticate",
							"{\"credentials\":{\"username\":\"%1$s\",\"password\":\"%1$s\"}}".formatted(this.user));
				}
				else if (body.path("tag").asString().equals("AuthenticateResponse")) {
					this.renewed.complete(body.path("val"));
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

		private void send(String tag, String value) {
			this.socket.sendText("{\"body\":{\"tag\":\"%s\",\"val\":%s}}".formatted(tag, value), true);
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
