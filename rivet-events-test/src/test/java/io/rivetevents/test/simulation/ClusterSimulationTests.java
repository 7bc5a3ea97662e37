/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Simulates three nodes with all faults. A million seeds:
 * {@code ./mvnw test -pl rivet-events-test -am -Dsurefire.failIfNoSpecifiedTests=false
 * -Dtest=ClusterSimulationTests -Drivet.simulation.seeds=1000000}
 */
class ClusterSimulationTests {

	private static final int SEEDS = 20;

	@ActorSimulation(nodes = 3, seeds = 500, actors = { Ledger.class, Room.class, Reminder.class, Transfers.class })
	void keepsItsPromisesWithAllFaults(Simulation simulation) {
		RuntimeScenario.run(simulation, true);
	}

	@ActorSimulation(nodes = 3, seeds = 50, actors = { Ledger.class, Transfers.class })
	void runsCallsWithoutAKeyAtMostOnce(Simulation simulation) {
		ClusterScenario.book(simulation);
	}

	@Test
	void hasTheSameTraceInAnotherProcess() throws Exception {
		try (AnnotationConfigApplicationContext beans = RuntimeScenario.beans()) {
			String here = "%016x"
				.formatted(ClusterScenario.runner(beans, ClusterScenario.SETTINGS, Fault.values()).run(1, SEEDS));
			assertThat(hashOfAnotherProcess()).isEqualTo(here);
		}
	}

	private static String hashOfAnotherProcess() throws Exception {
		String java = ProcessHandle.current().info().command().orElse("java");
		String classPath = Objects.requireNonNullElse(System.getProperty("surefire.test.class.path"),
				System.getProperty("java.class.path"));
		Process process = new ProcessBuilder(
				List.of(java, "-cp", classPath, ClusterScenario.class.getName(), "1", Integer.toString(SEEDS)))
			.redirectError(ProcessBuilder.Redirect.DISCARD)
			.start();
		String[] lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip()
			.split("\\R");
		assertThat(process.waitFor()).isZero();
		return lines[lines.length - 1];
	}

}
