/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

import io.rivetevents.sample.BrowserRequired.Tool;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs npm.
 */
final class Npm {

	/** Our client. */
	static final File CLIENT = new File("../rivet-events-client");

	/** The published clients, and axe-core. */
	static final File PUBLISHED = new File("src/test/client");

	private static final Set<File> installed = new HashSet<>();

	private Npm() {
	}

	/** Installs the packages of our client, once for all tests. */
	static void installClient() throws IOException, InterruptedException {
		install(CLIENT, List.of());
	}

	/**
	 * Installs the published clients and axe-core, once for all tests. The lock file
	 * holds packages for other systems, which not every registry has.
	 */
	static void installPublished() throws IOException, InterruptedException {
		install(PUBLISHED, List.of("--omit=optional"));
	}

	private static synchronized void install(File folder, List<String> options)
			throws IOException, InterruptedException {
		if (installed.contains(folder)) {
			return;
		}
		List<String> arguments = new ArrayList<>(
				List.of("install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"));
		arguments.addAll(options);
		// a test in another process may install them, too
		try (FileChannel file = FileChannel.open(Path.of("target", "npm.lock"), StandardOpenOption.CREATE,
				StandardOpenOption.WRITE); FileLock lock = file.lock()) {
			run(folder, Map.of(), arguments);
		}
		installed.add(folder);
	}

	static void run(File folder, Map<String, String> environment, List<String> arguments)
			throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of(Tool.NPM.find().orElseThrow()));
		command.addAll(arguments);
		execute(folder, environment, command);
	}

	/** Fails if the command does, or if it takes five minutes. */
	static void execute(File folder, Map<String, String> environment, List<String> command)
			throws IOException, InterruptedException {
		ProcessBuilder builder = new ProcessBuilder(command);
		builder.directory(folder).redirectErrorStream(true).environment().putAll(environment);
		Process process = builder.start();
		// the streams of this process belong to the test runner, so they are not
		// inherited
		process.getOutputStream().close();
		CompletableFuture.delayedExecutor(5, TimeUnit.MINUTES).execute(process::destroyForcibly);
		try (BufferedReader out = process.inputReader()) {
			out.lines().forEach(System.out::println);
			assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
		}
		finally {
			process.descendants().forEach(ProcessHandle::destroy);
			process.destroy();
		}
	}

	/** Skips without Node, unless {@code RIVET_NODE_REQUIRED=true}. */
	static class Condition implements ExecutionCondition {

		@Override
		public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
			boolean there = Tool.NODE.find().isPresent() && Tool.NPM.find().isPresent();
			return Tool.evaluate(context, there, "RIVET_NODE_REQUIRED", "Node and npm");
		}

	}

}
