/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * A process that runs seeds of {@link ClusterScenario}: a simulation uses one thread. It
 * has the second compiler of the JVM and no coverage, which a test of a build has not.
 */
final class SeedProcess implements AutoCloseable {

	/** Most lines that are kept of a run that fails. */
	private static final int MAX_LINES = 300;

	private final Process process;

	private final List<String> lines = new ArrayList<>();

	/** Starts a process. */
	SeedProcess(long first, int count) throws IOException {
		String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
		String classPath = Objects.requireNonNullElse(System.getProperty("surefire.test.class.path"),
				System.getProperty("java.class.path"));
		this.process = new ProcessBuilder(List.of(java, "-Xmx512m", "-XX:+UseSerialGC", "-cp", classPath,
				ClusterScenario.class.getName(), Long.toString(first), Integer.toString(count)))
			.redirectErrorStream(true)
			.start();
	}

	/** Starts a process for each processor, and shares the seeds among them. */
	static List<SeedProcess> start(long first, int count) throws IOException {
		int processes = Math.min(Runtime.getRuntime().availableProcessors(), count);
		List<SeedProcess> started = new ArrayList<>();
		for (int i = 0; i < processes; i++) {
			long begin = (long) count * i / processes;
			long end = (long) count * (i + 1) / processes;
			started.add(new SeedProcess(first + begin, Math.toIntExact(end - begin)));
		}
		return started;
	}

	/**
	 * Waits for the end.
	 * @return the last line, which is the hash of the traces
	 * @throws AssertionError if a seed fails
	 */
	String await() throws InterruptedException {
		try (BufferedReader output = this.process.inputReader()) {
			output.lines().filter((line) -> this.lines.size() < MAX_LINES).forEach(this.lines::add);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		if (this.process.waitFor() != 0) {
			throw new AssertionError(String.join("\n", this.lines));
		}
		return this.lines.get(this.lines.size() - 1);
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	/** Ends all. */
	static void close(Collection<SeedProcess> processes) {
		processes.forEach(SeedProcess::close);
	}

}
