/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis on a port of its own, that can be killed and started again.
 */
public final class TestRedis implements AutoCloseable {

	private final int port = freePort();

	private final Path binary;

	private final List<String> options;

	private Process process;

	private TestRedis(Path binary, String... options) {
		this.binary = binary;
		this.options = List.of(options);
	}

	/** The one that comes with embedded-redis. */
	public static TestRedis embedded() {
		try {
			return new TestRedis(ExecutableProvider.newJarResourceProvider().get().toPath());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The one that is installed on this machine.
	 * @param options further arguments, which replace those that are set here
	 */
	static TestRedis installed(String... options) {
		return new TestRedis(findInstalled().orElseThrow(), options);
	}

	/**
	 * The one that is installed on this machine, which does not answer a change before it
	 * is on the disk.
	 * @param directory where it writes
	 */
	public static TestRedis durable(Path directory) {
		return installed("--appendonly", "yes", "--appendfsync", "always", "--dir", directory.toString());
	}

	/**
	 * Find a Redis on this machine: the one that {@code RIVET_REDIS_SERVER} names, else
	 * one on the path.
	 */
	public static Optional<Path> findInstalled() {
		String named = System.getenv("RIVET_REDIS_SERVER");
		Stream<Path> candidates = (named != null) ? Stream.of(Path.of(named))
				: Stream.of(System.getenv("PATH").split(File.pathSeparator))
					.map((directory) -> Path.of(directory, "redis-server"));
		return candidates.filter(Files::isExecutable).findFirst();
	}

	public int port() {
		return this.port;
	}

	public void start() {
		try {
			Path log = Files.createTempFile("redis", ".log");
			List<String> command = new ArrayList<>(List.of(this.binary.toString(), "--port", String.valueOf(this.port),
					"--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
			command.addAll(this.options);
			this.process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
			log.toFile().deleteOnExit();
			Runtime.getRuntime().addShutdownHook(new Thread(this.process::destroyForcibly));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Awaitility.await().atMost(Duration.ofSeconds(10)).until(this::answers);
	}

	/** Returns whether it has loaded what it had stored. */
	private boolean answers() {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress("127.0.0.1", this.port), 100);
			socket.setSoTimeout(1000);
			socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
			return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII).equals("+PONG");
		}
		catch (IOException ex) {
			return false;
		}
	}

	/** As if the machine had lost its power. */
	public void kill() {
		this.process.destroyForcibly();
		Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !this.process.isAlive());
	}

	@Override
	public void close() {
		kill();
	}

	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
