/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

	static final List<String> INSTALL = List.of("install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund");

	/**
	 * Where a lock file holds packages for other systems, which not every registry has.
	 */
	static final List<String> INSTALL_WITHOUT_OPTIONAL = List.of("install", "--no-save", "--ignore-scripts",
			"--omit=optional", "--no-audit", "--no-fund");

	private Npm() {
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
