/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A {@link NamespaceApplication} in a namespace of its own, which may be started several
 * times. Safe for use by several threads.
 */
final class Node implements AutoCloseable {

	static final JsonMapper MAPPER = new JsonMapper();

	static final int STORE = 100;

	private static final int PORT = 8080;

	private static final int CLUSTER_PORT = 7800;

	private static final Duration START = Duration.ofSeconds(180);

	private final Network network;

	private final int number;

	private final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(Duration.ofSeconds(2))
		.build();

	private final Removals removals = new Removals();

	private volatile Process process;

	private volatile CompletableFuture<Boolean> ready = new CompletableFuture<>();

	/**
	 * Names a node.
	 * @param network has the namespace {@link #member()}
	 * @param number last number of its addresses
	 */
	Node(Network network, int number) {
		this.network = network;
		this.number = number;
	}

	/** Returns the name of its namespace. */
	String member() {
		return "n" + this.number;
	}

	/** Returns host and port for clients. */
	String host() {
		return Network.address(this.number, Network.Link.CLIENTS) + ":" + PORT;
	}

	HttpClient http() {
		return this.http;
	}

	/** Starts the process; {@link #await()} waits for it. */
	void start() throws IOException {
		List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
				"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp", System.getProperty("java.class.path"),
				NamespaceApplication.class.getName()));
		settings().forEach((setting) -> command.add("--" + setting));
		CompletableFuture<Boolean> ready = new CompletableFuture<>();
		Process process = new ProcessBuilder(this.network.within(member(), command)).redirectErrorStream(true).start();
		this.ready = ready;
		this.process = process;
		Thread reader = new Thread(() -> read(process, ready), "output of " + this);
		reader.setDaemon(true);
		reader.start();
	}

	private List<String> settings() {
		return List.of("server.port=" + PORT,
				"spring.datasource.url=%s&connectTimeout=3&socketTimeout=10"
					.formatted(Database.url(Network.address(STORE, Network.Link.STORE))),
				"spring.flyway.enabled=false", "spring.datasource.hikari.maximum-pool-size=5",
				"spring.datasource.hikari.connection-timeout=5000", "rivet.events.state.jdbc.initialize-schema=always",
				"rivet.events.cluster.enabled=true",
				"rivet.events.cluster.bind-address=" + Network.address(this.number, Network.Link.NODES),
				"rivet.events.cluster.port=" + CLUSTER_PORT, "rivet.events.shutdown.spread=0s",
				"rivet.events.history.durable=true", "rivet.events.websocket.keep-alive=3s",
				"rivet.events.sse.keep-alive=3s", "logging.level.root=warn",
				"logging.level.io.rivetevents.cluster=info", "spring.main.banner-mode=off");
	}

	private void read(Process process, CompletableFuture<Boolean> ready) {
		try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				if (line.equals(NamespaceApplication.READY)) {
					ready.complete(true);
				}
				else {
					this.removals.read(line);
					System.out.println(this + ": " + line);
				}
			}
		}
		catch (IOException ex) {
			ready.completeExceptionally(ex);
		}
		ready.completeExceptionally(new IllegalStateException("%s has ended".formatted(this)));
	}

	/** Returns which nodes it has removed. */
	Removals removals() {
		return this.removals;
	}

	/** Returns where other nodes reach it, as {@code host:port}. */
	String clusterAddress() {
		return "%s:%d".formatted(Network.address(this.number, Network.Link.NODES), CLUSTER_PORT);
	}

	/** Waits until the application serves requests. */
	void await() {
		this.ready.copy().orTimeout(START.toSeconds(), TimeUnit.SECONDS).join();
	}

	boolean isRunning() {
		return this.process != null && this.process.isAlive();
	}

	/** An answer of the application. */
	record Answer(int status, String body) {

		boolean isOk() {
			return this.status == 200;
		}

	}

	/** Sends a request, and waits for the answer. */
	Answer send(String method, String path, Duration timeout) throws IOException {
		try {
			HttpResponse<String> response = this.http
				.send(HttpRequest.newBuilder(URI.create("http://%s%s".formatted(host(), path)))
					.method(method, HttpRequest.BodyPublishers.noBody())
					.timeout(timeout)
					.build(), HttpResponse.BodyHandlers.ofString());
			return new Answer(response.statusCode(), response.body());
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Returns the state of the cluster as this node has it. */
	JsonNode status() throws IOException {
		return MAPPER.readTree(send("GET", "/status", Duration.ofSeconds(3)).body());
	}

	/** Ends the process as {@code kill -9} does. */
	void kill() throws InterruptedException {
		this.process.destroyForcibly();
		this.process.waitFor();
	}

	/** Stops the application as a deployment does. */
	void stop() throws InterruptedException {
		this.process.toHandle().destroy();
		if (!this.process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
			throw new IllegalStateException("%s did not stop".formatted(this));
		}
	}

	/** Stops the process where it is, or lets it continue. */
	void signal(String signal) {
		Programs.signal(signal, this.process.pid());
	}

	/** Returns the memory of the process in MB. */
	long memory() throws IOException {
		return Files.readAllLines(Path.of("/proc/%d/status".formatted(this.process.pid())))
			.stream()
			.filter((line) -> line.startsWith("VmRSS:"))
			.mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
			.sum();
	}

	@Override
	public void close() {
		if (this.process != null) {
			this.process.destroyForcibly();
		}
	}

	@Override
	public String toString() {
		return member();
	}

}
