/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A {@link ClusterApplication} in a process of its own.
 */
final class ClusterProcess implements AutoCloseable {

	/** Longest time that a test waits for anything. */
	static final Duration PATIENCE = Duration.ofSeconds(180);

	/** System property with the largest heap of a process. */
	private static final String HEAP = "rivet.test.cluster.heap";

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	private final String name;

	private final int clusterPort;

	private final Process process;

	private final CompletableFuture<Integer> port = new CompletableFuture<>();

	private final Removals removals = new Removals();

	private volatile boolean paused;

	/**
	 * Starts a process; {@link #await()} waits for it.
	 * @param name name in the output of the test
	 * @param clusterPort port for connections between nodes
	 * @param settings properties of the application as name=value
	 */
	ClusterProcess(String name, int clusterPort, List<String> settings) {
		this.name = name;
		this.clusterPort = clusterPort;
		List<String> command = new ArrayList<>(List.of(
				Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
				"-XX:TieredStopAtLevel=1", "-Xmx" + System.getProperty(HEAP, "256m"), "-cp",
				System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
				ClusterApplication.class.getName(), "--server.port=0", "--rivet.events.cluster.port=" + clusterPort));
		settings.forEach((setting) -> command.add("--" + setting));
		try {
			this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Thread reader = new Thread(this::read, "output of " + name);
		reader.setDaemon(true);
		reader.start();
	}

	private void read() {
		try (BufferedReader reader = this.process.inputReader(StandardCharsets.UTF_8)) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				if (line.startsWith(ClusterApplication.PORT)) {
					this.port.complete(Integer.valueOf(line.substring(ClusterApplication.PORT.length())));
				}
				else {
					this.removals.read(line);
					System.out.println(this.name + ": " + line);
				}
			}
		}
		catch (IOException ex) {
			this.port.completeExceptionally(ex);
		}
		this.port.completeExceptionally(new IllegalStateException("%s has ended".formatted(this.name)));
	}

	/** Waits until the application serves requests. */
	ClusterProcess await() {
		this.port.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
		return this;
	}

	/** Returns the port of the application. */
	int port() {
		return this.port.join();
	}

	int clusterPort() {
		return this.clusterPort;
	}

	/** Returns where other nodes reach it, as {@code host:port}. */
	String clusterAddress() {
		return "127.0.0.1:" + this.clusterPort;
	}

	/** Returns which nodes it has removed. */
	Removals removals() {
		return this.removals;
	}

	/** Returns the name of the node. */
	String node() {
		return get("/node").body();
	}

	/** Returns the number of its view. */
	long view() {
		return Long.parseLong(get("/view").body());
	}

	/** An answer of the application. */
	record Answer(int status, String body) {

		boolean isOk() {
			return this.status == 200;
		}

	}

	/** Sends a request, and waits for the answer. */
	Answer get(String path) {
		return send(HttpRequest.newBuilder(uri(path)).GET());
	}

	/**
	 * Sends a request, and waits for the answer.
	 * @return {@code null} if the connection was lost, so that the outcome is unknown
	 */
	@Nullable Answer post(String path) {
		try {
			return send(HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.noBody()));
		}
		catch (UncheckedIOException ex) {
			return null;
		}
	}

	void delete(String path) {
		send(HttpRequest.newBuilder(uri(path)).DELETE());
	}

	private Answer send(HttpRequest.Builder request) {
		try {
			HttpResponse<String> response = HTTP.send(request.timeout(PATIENCE).build(),
					HttpResponse.BodyHandlers.ofString());
			return new Answer(response.statusCode(), response.body());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(this.name, ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private URI uri(String path) {
		return URI.create("http://127.0.0.1:%d%s".formatted(port(), path));
	}

	/** Ends the process as {@code kill -9} does. */
	void kill() {
		this.process.destroyForcibly();
		awaitEnd();
	}

	/** Stops the application as a deployment does. Its standard input stays open. */
	void stop() {
		this.process.toHandle().destroy();
		awaitEnd();
	}

	private void awaitEnd() {
		this.process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
	}

	/** Stops the process where it is. */
	void pause() {
		this.paused = true;
		signal("STOP");
	}

	/** Lets it continue. */
	void proceed() {
		signal("CONT");
		this.paused = false;
	}

	boolean isPaused() {
		return this.paused;
	}

	private void signal(String signal) {
		try {
			new ProcessBuilder("kill", "-" + signal, "" + this.process.pid()).inheritIO().start().onExit().join();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	@Override
	public String toString() {
		return this.name;
	}

}
