/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Settings of the tester, and those that are refused. */
class ActorTesterAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ActorTesterAutoConfiguration.class));

	@Test
	void severalNodesRequireTheClusterModule() {
		assertFails(
				this.runner.withPropertyValues("rivet.test.nodes=3")
					.withClassLoader(new FilteredClassLoader("io.rivetevents.cluster")),
				"add the dependency io.rivetevents:rivet-events-cluster to the tests");
	}

	@Test
	void severalNodesRequireClientsInMemory() {
		assertFails(this.runner.withPropertyValues("rivet.test.nodes=3", "rivet.test.transport=websocket"),
				"3 nodes require clients in memory and virtual time: remove rivet.test.transport=websocket");
	}

	@Test
	void refusesANumberOfNodesThatIsNotPossible() {
		assertFails(this.runner.withPropertyValues("rivet.test.nodes=0"), "rivet.test.nodes is 0: set it to 1 to 16");
	}

	/** The metadata is not generated, since there is no class for these properties. */
	@Test
	void editorsKnowEachProperty() throws IOException {
		Path sources = Path.of("src/main/java/io/rivetevents/test");
		Set<String> read = Pattern.compile("rivet\\.test\\.[a-z]+")
			.matcher(Files.readString(sources.resolve("ActorTesterAutoConfiguration.java")))
			.results()
			.map(MatchResult::group)
			.collect(Collectors.toSet());
		JsonNode metadata = JsonMapper.shared()
			.readTree(Files.readAllBytes(Path.of("target/classes/META-INF/spring-configuration-metadata.json")));
		assertThat(metadata.path("properties").valueStream())
			.allSatisfy((property) -> assertThat(property.path("description").asString()).endsWith("."))
			.extracting((property) -> property.path("name").asString())
			.containsExactlyInAnyOrderElementsOf(read);
	}

	private static void assertFails(ApplicationContextRunner runner, String message) {
		runner.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining(message));
	}

}
