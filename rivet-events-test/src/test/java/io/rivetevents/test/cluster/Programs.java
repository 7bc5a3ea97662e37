/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs short programs.
 */
final class Programs {

	private static final int PATIENCE = 60;

	private Programs() {
	}

	/**
	 * The outcome of a program.
	 *
	 * @param status its exit status
	 * @param output what it has written, errors included
	 */
	record Result(int status, String output) {
	}

	/**
	 * Runs a program to its end.
	 * @throws IllegalStateException if it fails
	 */
	static String run(String... command) {
		Result result = attempt(List.of(command));
		if (result.status() != 0) {
			throw new IllegalStateException("%s: %s".formatted(String.join(" ", command), result.output()));
		}
		return result.output();
	}

	/** Runs a program to its end, whatever its exit status is. */
	static Result attempt(List<String> command) {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			process.getOutputStream().close();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (!process.waitFor(PATIENCE, TimeUnit.SECONDS)) {
				process.destroyForcibly();
				throw new IllegalStateException("%s does not end".formatted(command));
			}
			return new Result(process.exitValue(), output.strip());
		}
		catch (IOException ex) {
			return new Result(-1, ex.toString());
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Sends a signal to a process. */
	static void signal(String signal, long pid) {
		run("kill", "-" + signal, "" + pid);
	}

}
