/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The server under attack: a separate process with 256 MB of heap and 128 MB of direct
 * memory, which ends at the first {@code OutOfMemoryError} of the JVM.
 */
final class Victim implements AutoCloseable {

	private static final String MAIN = "io.rivetevents.benchmarks.attack.victim.VictimApplication";

	private static final String MARK = "@attack ";

	private static final int START_SECONDS = 90;

	private static final int MEMORY_SECONDS = 10;

	private static final int EXIT_SECONDS = 2;

	private final Process process;

	private final Path log;

	private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

	private final InetSocketAddress address;

	private Victim(Process process, Path log) throws IOException, InterruptedException {
		this.process = process;
		this.log = log;
		Files.createDirectories(log.toAbsolutePath().getParent());
		Thread reader = new Thread(this::read, "victim-log");
		reader.setDaemon(true);
		reader.start();
		String port = this.said.poll(START_SECONDS, TimeUnit.SECONDS);
		if (port == null || !port.startsWith("port ")) {
			process.destroyForcibly();
			throw new IOException("The server did not start; see its log in " + log);
		}
		this.address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), Integer.parseInt(port.substring(5)));
	}

	/**
	 * Starts a server.
	 * @param classPath class path of the build to attack
	 * @param log file for its log
	 * @param arguments properties that differ from the defaults, as {@code --name=value}
	 * @return the running server
	 * @throws IOException if it does not start
	 */
	static Victim start(String classPath, Path log, String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
						"-XX:MaxDirectMemorySize=128m", "-XX:+ExitOnOutOfMemoryError", "-cp", classPath, MAIN,
						"--server.address=127.0.0.1", "--server.port=0", "--server.forward-headers-strategy=native"));
		command.addAll(List.of(arguments));
		return new Victim(new ProcessBuilder(command).redirectErrorStream(true).start(), log);
	}

	private void read() {
		try (BufferedReader in = this.process.inputReader(StandardCharsets.UTF_8);
				Writer out = Files.newBufferedWriter(this.log)) {
			String line = in.readLine();
			while (line != null) {
				if (line.startsWith(MARK)) {
					this.said.add(line.substring(MARK.length()));
				}
				else {
					out.append(line).append('\n').flush();
				}
				line = in.readLine();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		finally {
			this.said.add("ended");
		}
	}

	InetSocketAddress address() {
		return this.address;
	}

	boolean alive() {
		return this.process.isAlive();
	}

	/**
	 * Memory in use.
	 *
	 * @param heap MB of live objects
	 * @param direct MB of direct buffers
	 * @param rss MB of the process
	 */
	record Memory(long heap, long direct, long rss) {

		static final Memory NONE = new Memory(-1, -1, -1);

		@Override
		public String toString() {
			return (this == NONE) ? "-" : this.rss + "/" + this.heap + "/" + this.direct;
		}

	}

	/** Returns the memory in use after a full collection. */
	Memory memory() throws InterruptedException {
		try {
			this.said.removeIf((line) -> line.startsWith("memory"));
			Writer out = this.process.outputWriter(StandardCharsets.UTF_8);
			out.append("memory\n").flush();
			String line = this.said.poll(MEMORY_SECONDS, TimeUnit.SECONDS);
			if (line == null || !line.startsWith("memory")) {
				this.process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS);
				return Memory.NONE;
			}
			String[] words = line.split(" ");
			return new Memory(Long.parseLong(words[1]) >> 20, Long.parseLong(words[2]) >> 20, rss());
		}
		catch (IOException ex) {
			return Memory.NONE;
		}
	}

	/**
	 * Returns the MB of the process; -1 if they are not available or the process has
	 * ended.
	 */
	private long rss() {
		Path status = Path.of("/proc", Long.toString(this.process.pid()), "status");
		try (Stream<String> lines = Files.lines(status)) {
			return lines.filter((line) -> line.startsWith("VmRSS"))
				.mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
				.findFirst()
				.orElse(-1);
		}
		catch (IOException | UncheckedIOException ex) {
			return -1;
		}
	}

	/**
	 * Returns the number of open files of the process.
	 * @param kind prefix of their names, such as {@code socket:}; empty for all
	 */
	long descriptors(String kind) throws IOException {
		Path folder = Path.of("/proc", Long.toString(this.process.pid()), "fd");
		try (Stream<Path> open = Files.list(folder)) {
			return open.filter((file) -> target(file).startsWith(kind)).count();
		}
	}

	private static String target(Path file) {
		try {
			return Files.readSymbolicLink(file).toString();
		}
		catch (IOException ex) {
			return "closed"; // in the meantime
		}
	}

	/** Returns the number of logged bytes. */
	long logged() throws IOException {
		return Files.exists(this.log) ? Files.size(this.log) : 0;
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

}
