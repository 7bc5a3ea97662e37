/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code three-nodes.sh} with the classes of this build, on free ports: three nodes, a
 * database and a proxy.
 */
final class ThreeNodes implements AutoCloseable {

	static final int NODES = 3;

	private static final Duration PATIENCE = Duration.ofSeconds(180);

	private static final Pattern READY = Pattern.compile("node (\\d): http://localhost:(\\d+), process (\\d+)");

	/** Of the proxy and the nodes, of the database, between nodes. */
	private static final int[] PORTS = { 0, 1, 2, 3, 4, 5, 6, 7, 105, 106, 107 };

	private final HttpClient http = HttpClient.newHttpClient();

	private final int port = freePorts();

	private final Process script;

	private final List<String> output = new ArrayList<>();

	private final Map<Integer, Node> nodes = new ConcurrentHashMap<>();

	/**
	 * A node that is ready.
	 *
	 * @param number its number, from 1
	 * @param port port for clients
	 * @param process id of its process
	 */
	record Node(int number, int port, long process) {

		String url() {
			return "http://127.0.0.1:%d/".formatted(this.port);
		}

		/** Ends it as {@code kill -9} does. */
		void kill() {
			ProcessHandle.of(this.process).orElseThrow().destroyForcibly();
		}

		/** Stops it as a deployment does. */
		void stop() {
			ProcessHandle.of(this.process).orElseThrow().destroy();
		}

	}

	private ThreeNodes(Map<String, String> environment) throws IOException {
		ProcessBuilder builder = new ProcessBuilder("bash", "three-nodes.sh", "" + this.port).redirectErrorStream(true);
		builder.environment().put("RIVET_SAMPLE_CLASSPATH", SampleProcess.classPath((entry) -> true));
		builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
		builder.environment().put("RESTART_AFTER", "1");
		builder.environment().putAll(environment);
		this.script = builder.start();
		Thread reader = new Thread(this::read, "three-nodes.sh");
		reader.setDaemon(true);
		reader.start();
	}

	/**
	 * Runs the script and waits until all nodes are ready.
	 * @param environment variables of the script
	 */
	static ThreeNodes start(Map<String, String> environment) throws IOException {
		ThreeNodes nodes = new ThreeNodes(environment);
		try {
			Awaitility.await().atMost(PATIENCE).until(() -> nodes.output().contains("Open http://localhost:"));
		}
		catch (RuntimeException | AssertionError ex) {
			nodes.close();
			throw new IllegalStateException(nodes.output(), ex);
		}
		return nodes;
	}

	private void read() {
		try (BufferedReader lines = this.script.inputReader()) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				synchronized (this.output) {
					this.output.add(line);
				}
				Matcher ready = READY.matcher(line);
				if (ready.matches()) {
					int number = Integer.parseInt(ready.group(1));
					this.nodes.put(number,
							new Node(number, Integer.parseInt(ready.group(2)), Long.parseLong(ready.group(3))));
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Returns what the script has printed. */
	String output() {
		synchronized (this.output) {
			return String.join("\n", this.output);
		}
	}

	String proxyUrl() {
		return "http://127.0.0.1:%d/".formatted(this.port);
	}

	/** Returns the folder of its logs. */
	Path logs() {
		return Path.of("target", "three-nodes", "" + this.port);
	}

	/** Returns a node as it is now. */
	Node node(int number) {
		return this.nodes.get(number);
	}

	/** Returns the node that runs a room, which is created if there is none. */
	Node owner(String room) throws IOException, InterruptedException {
		String path = "rivet/gateway/chatRoom/action/node?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=";
		HttpRequest request = HttpRequest.newBuilder(URI.create(proxyUrl() + path + room))
			.header("content-type", "application/json")
			.header("x-rivet-encoding", "json")
			.POST(BodyPublishers.ofString("{\"args\":[]}"))
			.build();
		String answer = this.http.send(request, BodyHandlers.ofString()).body();
		Matcher node = Pattern.compile("node (\\d)").matcher(answer);
		assertThat(node.find()).as(answer).isTrue();
		return node(Integer.parseInt(node.group(1)));
	}

	/** Returns the nodes without one of them. */
	List<Node> without(Node absent) {
		return IntStream.rangeClosed(1, NODES)
			.filter((number) -> number != absent.number())
			.mapToObj(this::node)
			.toList();
	}

	/** Waits until a node runs in another process. */
	void awaitRestart(Node before) {
		Awaitility.await().atMost(PATIENCE).until(() -> !node(before.number()).equals(before));
	}

	/** Returns the processes of the script, without the database of PostgreSQL. */
	List<ProcessHandle> processes() {
		return this.script.descendants().toList();
	}

	/** Returns which of its ports are in use. */
	List<Integer> openPorts() {
		return IntStream.of(PORTS).map((offset) -> this.port + offset).filter((port) -> !isFree(port)).boxed().toList();
	}

	private static int freePorts() {
		return IntStream.generate(() -> ThreadLocalRandom.current().nextInt(20_000, 32_000))
			.limit(100)
			.filter((first) -> IntStream.of(PORTS).allMatch((offset) -> isFree(first + offset)))
			.findFirst()
			.orElseThrow();
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/** Stops all that the script has started. */
	@Override
	public void close() {
		List<ProcessHandle> processes = processes();
		this.script.destroy();
		try {
			this.script.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
		}
		finally {
			processes.forEach(ProcessHandle::destroyForcibly);
		}
	}

}
