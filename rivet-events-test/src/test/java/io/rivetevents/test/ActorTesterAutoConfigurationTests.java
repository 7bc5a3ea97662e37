/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/** Settings of the tester that are refused. */
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

	private static void assertFails(ApplicationContextRunner runner, String message) {
		runner.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining(message));
	}

}
