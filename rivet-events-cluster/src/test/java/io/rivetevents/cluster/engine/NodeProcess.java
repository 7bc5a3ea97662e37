/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A node in a process of its own. Writes its name, and then a line for each view; ends
 * when its input is closed.
 */
final class NodeProcess implements AutoCloseable {

	private final Process process;

	final String name;

	private volatile Set<String> nodes = Set.of();

	private NodeProcess(Process process, BufferedReader output) throws IOException {
		this.process = process;
		this.name = output.readLine();
		new Thread(() -> output.lines().forEach((line) -> this.nodes = Set.of(line.split(","))), "node-output").start();
	}

	static NodeProcess start(String cluster, int port, List<Integer> ports, Duration failureTimeout)
			throws IOException {
		return start(cluster, port, ports, failureTimeout, "");
	}

	/**
	 * Starts a node.
	 * @param keys file with the key of encryption, empty for none
	 */
	static NodeProcess start(String cluster, int port, List<Integer> ports, Duration failureTimeout, String keys)
			throws IOException {
		ProcessBuilder builder = new ProcessBuilder(
				System.getProperty("java.home") + File.separator + "bin" + File.separator + "java", "-Xmx256m", "-cp",
				System.getProperty("java.class.path"), NodeProcess.class.getName(), cluster, String.valueOf(port),
				String.join(",", ports.stream().map(String::valueOf).toList()), failureTimeout.toString(), keys);
		Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
		return new NodeProcess(process, process.inputReader());
	}

	/** Returns the nodes of its latest view. */
	Set<String> nodes() {
		return this.nodes;
	}

	/** Ends the process, which closes its sockets. */
	void kill() {
		this.process.destroyForcibly();
	}

	/** Stops the process, which keeps its sockets. */
	void pause() throws IOException, InterruptedException {
		signal("STOP");
	}

	void resume() throws IOException, InterruptedException {
		signal("CONT");
	}

	private void signal(String signal) throws IOException, InterruptedException {
		Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(this.process.pid())).inheritIO().start();
		if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
			throw new IllegalStateException("The signal %s could not be sent".formatted(signal));
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	public static void main(String[] args) throws Exception {
		List<Integer> ports = Arrays.stream(args[2].split(",")).map(Integer::valueOf).toList();
		Node node = new Node(args[0], Integer.parseInt(args[1]), Node.discovery(ports), Duration.parse(args[3]),
				ssl(args[4]));
		System.out.println(node.name);
		node.viewed = (view) -> System.out.println(String.join(",", view.nodes()));
		node.start();
		while (System.in.read() >= 0) {
			// until the test ends
		}
		System.exit(0);
	}

	private static @Nullable NodeSsl ssl(String keys) throws Exception {
		if (keys.isEmpty()) {
			return null;
		}
		KeyStore member = TestCertificates.load(Path.of(keys));
		return TestCertificates.ssl(member, member);
	}

}
