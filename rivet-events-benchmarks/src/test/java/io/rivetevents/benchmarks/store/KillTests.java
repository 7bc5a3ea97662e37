/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.store;

import java.io.BufferedReader;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The short form of the kill run. Skipped without Node, unless
 * {@code RIVET_NODE_REQUIRED=true}.
 */
@EnabledOnOs({ OS.LINUX, OS.MAC })
class KillTests {

	private static Optional<Path> node() {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator))
			.map((folder) -> Path.of(folder, "node"))
			.filter(Files::isExecutable)
			.findFirst();
	}

	@Test
	void losesNothingWhenTheServerIsKilled() throws Exception {
		Optional<Path> node = node();
		if (!Boolean.parseBoolean(System.getenv("RIVET_NODE_REQUIRED"))) {
			assumeThat(node).as("Node").isPresent();
		}
		Process run = new ProcessBuilder(node.orElseThrow().toString(), "--experimental-websocket", "load/kills.mjs",
				"--clients=20", "--seconds=16", "--every=8", "--pause=100",
				"--java=" + Path.of(System.getProperty("java.home"), "bin", "java"),
				"--class-path=" + System.getProperty("java.class.path"))
			.redirectErrorStream(true)
			.start();
		run.getOutputStream().close();
		CompletableFuture.delayedExecutor(10, TimeUnit.MINUTES).execute(() -> end(run));
		try (BufferedReader out = run.inputReader()) {
			out.lines().forEach(System.out::println);
			assertThat(run.waitFor()).as("exit code").isZero();
		}
		finally {
			end(run);
		}
	}

	private static void end(Process run) {
		run.descendants().forEach(ProcessHandle::destroyForcibly);
		run.destroyForcibly();
	}

}
