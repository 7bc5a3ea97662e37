/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.File;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.Optional;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs a test class only where Chromium and its driver are. They are looked for in
 * {@code RIVET_CHROME}, {@code RIVET_CHROMEDRIVER} and the path. With
 * {@code RIVET_BROWSER_REQUIRED=true} their absence is a failure.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(BrowserRequired.Condition.class)
@interface BrowserRequired {

	class Condition implements ExecutionCondition {

		@Override
		public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
			boolean there = Tool.CHROME.find().isPresent() && Tool.CHROMEDRIVER.find().isPresent();
			return Tool.evaluate(context, there, "RIVET_BROWSER_REQUIRED", "Chromium and chromedriver");
		}

	}

	/**
	 * Something that a test needs and the machine may not have.
	 */
	enum Tool {

		CHROME("RIVET_CHROME", "chromium", "chromium-browser", "google-chrome"),

		CHROMEDRIVER("RIVET_CHROMEDRIVER", "chromedriver"),

		NODE("RIVET_NODE", "node"),

		NPM("RIVET_NPM", "npm"),

		NGINX("RIVET_NGINX", "nginx");

		/** Not on the path of each user. */
		private static final String SYSTEM_FOLDER = File.pathSeparator + "/usr/sbin";

		private final String variable;

		private final String[] names;

		Tool(String variable, String... names) {
			this.variable = variable;
			this.names = names;
		}

		Optional<String> find() {
			String named = System.getenv(this.variable);
			if (named != null) {
				return Optional.of(named).filter((path) -> new File(path).canExecute());
			}
			return Arrays.stream((System.getenv().getOrDefault("PATH", "") + SYSTEM_FOLDER).split(File.pathSeparator))
				.flatMap((folder) -> Arrays.stream(this.names).map((name) -> new File(folder, name)))
				.filter(File::canExecute)
				.map(File::getPath)
				.findFirst();
		}

		static ConditionEvaluationResult evaluate(ExtensionContext context, boolean there, String required,
				String what) {
			if (there) {
				return ConditionEvaluationResult.enabled(what);
			}
			if (Boolean.parseBoolean(System.getenv(required))) {
				throw new IllegalStateException("%s: %s not found".formatted(required, what));
			}
			System.out.printf("SKIPPED %s: %s not found%n", context.getDisplayName(), what);
			return ConditionEvaluationResult.disabled(what + " not found");
		}

	}

}
