/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the {@code curl} commands of the documents against the sample. A command that
 * follows a stream ({@code -N}) ends after two seconds, in which something must arrive.
 * The page {@value #WITH_APPLICATION} has an application of its own, which its test runs.
 */
@Tag("alone")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class DocumentCommandsIntegrationTests {

	private static final Pattern SHELL = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

	/** Their commands need an application with other users, tokens or endpoints. */
	private static final Set<String> WITH_APPLICATION = Set.of("actuator.md", "tenants.md", "tickets.md");

	/** Exit code of curl for {@code --max-time}. */
	private static final int TIMED_OUT = 28;

	@LocalServerPort
	private int port;

	static List<String> commands() throws IOException {
		try (Stream<Path> files = Stream.concat(Stream.of(Path.of("../README.md")), Files.list(Path.of("../docs")))) {
			return files
				.filter((file) -> file.toString().endsWith(".md")
						&& !WITH_APPLICATION.contains(file.getFileName().toString()))
				.sorted()
				.map(DocumentCommandsIntegrationTests::read)
				.flatMap((text) -> SHELL.matcher(text).results().map((found) -> found.group(1)))
				.flatMap((block) -> block.replace("\\\n", " ").lines())
				.filter((line) -> line.startsWith("curl "))
				.distinct()
				.toList();
		}
	}

	@ParameterizedTest
	@MethodSource("commands")
	void runs(String command) throws Exception {
		boolean stream = command.contains(" -N ");
		String options = stream ? "curl -sS --max-time 2 " : "curl -sS --fail-with-body --max-time 20 ";
		Process process = new ProcessBuilder("bash", "-c",
				options + command.substring("curl ".length()).replace("localhost:8080", "127.0.0.1:" + this.port))
			.redirectErrorStream(true)
			.start();
		process.getOutputStream().close();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isEqualTo(stream ? TIMED_OUT : 0);
		assertThat(output).contains(stream ? "event: rivet:init" : "{");
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
