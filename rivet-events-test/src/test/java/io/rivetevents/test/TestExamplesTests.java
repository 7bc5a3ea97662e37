/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples of the documents that use this module compile, and their tests pass.
 */
class TestExamplesTests {

	private static final Path DOCUMENTS = Path.of("../docs");

	private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

	private static final Pattern NAME = Pattern.compile("(?m)^class (\\w+)");

	private static final Pattern TESTS = Pattern.compile("(?m)^class (\\w+Tests)");

	private static final String SEEDS = "rivet.simulation.seeds";

	private static final String APPLICATION = """
			@org.springframework.boot.autoconfigure.SpringBootApplication
			class Application {
			}
			""";

	/** Serves clients that are not signed in. */
	private static final String OPEN_APPLICATION = """
			@org.springframework.boot.autoconfigure.SpringBootApplication
			class Application {
				@org.springframework.context.annotation.Bean
				org.springframework.security.web.server.SecurityWebFilterChain security(
						org.springframework.security.config.web.server.ServerHttpSecurity http) {
					return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll()).build();
				}
			}
			""";

	@TempDir
	private Path folder;

	@Test
	void compile() throws IOException {
		List<String> examples = examples();
		assertThat(examples).isNotEmpty();
		for (String example : examples) {
			Matcher name = NAME.matcher(example);
			assertThat(name.find()).isTrue();
			Path file = Files.writeString(this.folder.resolve(name.group(1) + ".java"), example);
			assertThat(ToolProvider.getSystemJavaCompiler()
				.run(null, null, null, "-proc:none", "-d", this.folder.toString(), "-classpath",
						System.getProperty("java.class.path"), file.toString()))
				.as(example)
				.isZero();
		}
	}

	@Test
	void pass() throws Exception {
		List<String> tests = examples().stream()
			.filter((example) -> example.contains("\n@ActorTest") || example.contains("\t@ActorSimulation"))
			.toList();
		assertThat(tests).hasSizeGreaterThan(3);
		for (int i = 0; i < tests.size(); i++) {
			Matcher name = TESTS.matcher(tests.get(i));
			assertThat(name.find()).isTrue();
			String folder = "example" + i;
			compile(folder, "Application", APPLICATION);
			compile(folder, name.group(1), tests.get(i));
			run(folder + "." + name.group(1));
		}
	}

	/** The test of an event stream uses an actor of another example. */
	@Test
	void sendsTheEventsOfAnExampleOverAStream() throws Exception {
		compile("stream", "Application", OPEN_APPLICATION);
		compile("stream", "ReminderTests", example("ReminderTests"));
		compile("stream", "ReminderEventsTests", example("ReminderEventsTests"));
		run("stream.ReminderEventsTests");
	}

	private static String example(String testClass) throws IOException {
		return allExamples().stream()
			.filter((example) -> example.contains("\nclass %s ".formatted(testClass)))
			.findFirst()
			.orElseThrow();
	}

	/** Compiles a source in a package of its own. */
	private void compile(String folder, String name, String source) throws IOException {
		Path file = Files.createDirectories(this.folder.resolve(folder)).resolve(name + ".java");
		Files.writeString(file, "package %s;%n%s".formatted(folder, source));
		assertThat(ToolProvider.getSystemJavaCompiler()
			.run(null, null, null, "-parameters", "-proc:none", "-d", this.folder.toString(), "-classpath",
					this.folder + File.pathSeparator + System.getProperty("java.class.path"), file.toString()))
			.as(source)
			.isZero();
	}

	private void run(String testClass) throws Exception {
		System.setProperty(SEEDS, "50");
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		try (URLClassLoader loader = new URLClassLoader(new URL[] { this.folder.toUri().toURL() }, before)) {
			Thread.currentThread().setContextClassLoader(loader);
			SummaryGeneratingListener summary = new SummaryGeneratingListener();
			LauncherFactory.create()
				.execute(LauncherDiscoveryRequestBuilder.request()
					.selectors(DiscoverySelectors.selectClass(loader.loadClass(testClass)))
					.build(), summary);
			assertThat(summary.getSummary().getFailures()).extracting((failure) -> failure.getException().toString())
				.isEmpty();
			assertThat(summary.getSummary().getTestsSucceededCount()).isPositive();
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
			System.clearProperty(SEEDS);
		}
	}

	private static List<String> examples() throws IOException {
		return allExamples().stream().filter((example) -> example.contains("import io.rivetevents.test.")).toList();
	}

	private static List<String> allExamples() throws IOException {
		try (Stream<Path> documents = Files.list(DOCUMENTS)) {
			return documents.filter((file) -> file.toString().endsWith(".md"))
				.flatMap((file) -> EXAMPLE.matcher(read(file)).results())
				.map((MatchResult example) -> example.group(1))
				.toList();
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
