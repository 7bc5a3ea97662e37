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

	static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	private final String name;

	private final Process process;

	private final CompletableFuture<Integer> port = new CompletableFuture<>();

	/**
	 * Starts a process; {@link #await()} waits for it.
	 * @param name name in the output of the test
	 * @param settings properties of the application
	 */
	ClusterProcess(String name, List<String> settings) throws IOException {
		this.name = name;
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
						"-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp",
						System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
						ClusterApplication.class.getName(), "--server.port=0"));
		settings.forEach((setting) -> command.add("--" + setting));
		this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
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

	private Answer send(HttpRequest.Builder request) {
		try {
			HttpResponse<String> response = HTTP.send(request.timeout(PATIENCE).build(),
					HttpResponse.BodyHandlers.ofString());
			return new Answer(response.statusCode(), response.body());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private URI uri(String path) {
		return URI.create("http://127.0.0.1:%d%s".formatted(port(), path));
	}

	/** Ends the process as {@code kill -9} does. */
	void kill() throws InterruptedException {
		this.process.destroyForcibly();
		this.process.waitFor();
	}

	/** Stops the application as a deployment does. Its standard input stays open. */
	void stop() throws InterruptedException {
		this.process.toHandle().destroy();
		if (!this.process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
			throw new IllegalStateException("%s did not stop".formatted(this.name));
		}
	}

	/** Stops the process where it is, or lets it continue. */
	void signal(String signal) throws IOException, InterruptedException {
		new ProcessBuilder("kill", "-" + signal, "" + this.process.pid()).inheritIO().start().waitFor();
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
