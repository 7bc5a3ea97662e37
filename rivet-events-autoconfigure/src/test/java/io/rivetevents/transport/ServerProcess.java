/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An application in a process of its own, with the class path of the tests, so that it
 * can be killed.
 */
final class ServerProcess implements AutoCloseable {

	private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

	private final Process process;

	private final String base;

	private ServerProcess(Process process) throws IOException {
		this.process = process;
		this.base = "http://localhost:%s/rivet".formatted(awaitPort(process.inputReader()));
	}

	/**
	 * Starts an application and waits until it accepts connections.
	 * @param folder working directory
	 * @param application class with the main method
	 * @param arguments arguments of the application
	 */
	static ServerProcess start(Path folder, Class<?> application, String... arguments) throws IOException {
		// Surefire hides the class path in a jar
		String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
						"-XX:TieredStopAtLevel=1", "-cp", path, application.getName(), "--server.port=0"));
		command.addAll(List.of(arguments));
		return new ServerProcess(
				new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start());
	}

	private static String awaitPort(BufferedReader lines) throws IOException {
		StringBuilder output = new StringBuilder();
		for (String line = lines.readLine(); line != null; line = lines.readLine()) {
			output.append(line).append('\n');
			Matcher started = PORT.matcher(line);
			if (started.find()) {
				discard(lines);
				return started.group(1);
			}
		}
		throw new IllegalStateException("The application has not started:\n" + output);
	}

	/** A process whose output is not read stops at some point. */
	private static void discard(BufferedReader lines) {
		Thread reader = new Thread(() -> {
			try {
				lines.transferTo(Writer.nullWriter());
			}
			catch (IOException ex) {
				// the process has been killed
			}
		});
		reader.setDaemon(true);
		reader.start();
	}

	/** Returns the base of the URLs of its actors. */
	String base() {
		return this.base;
	}

	/** Kills it with SIGKILL and waits until it has ended. */
	void kill() {
		this.process.destroyForcibly().onExit().join();
	}

	/** Shuts it down, as a deploy does, and waits until it has ended. */
	void stop() {
		this.process.destroy();
		this.process.onExit().join();
	}

	@Override
	public void close() {
		kill();
	}

}
