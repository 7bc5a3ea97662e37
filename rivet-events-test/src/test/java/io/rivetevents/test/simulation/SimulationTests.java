/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.test.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link Simulation} and its runs.
 */
class SimulationTests {

	private final AnnotationConfigApplicationContext beans = RuntimeScenario.beans();

	@BeforeAll
	static void logNothing() {
		LoggingSystem.get(SimulationTests.class.getClassLoader()).setLogLevel("io.rivetevents", LogLevel.OFF);
	}

	@AfterAll
	static void logAgain() {
		LoggingSystem.get(SimulationTests.class.getClassLoader()).setLogLevel("io.rivetevents", null);
	}

	@AfterEach
	void close() {
		this.beans.close();
	}

	@Test
	void hasAnotherTraceWithAnotherSeed() throws Exception {
		SimulationRunner runner = RuntimeScenario.runner(this.beans, SimulationSettings.DEFAULTS);
		long first = runner.run(1, 1);
		assertThat(RuntimeScenario.runner(this.beans, SimulationSettings.DEFAULTS).run(2, 1)).isNotEqualTo(first);
	}

	@Test
	void reportsTheSeedThatFailsAndReplaysIt() {
		SimulationFailure failure = catchThrowableOfType(SimulationFailure.class, () -> countsAtMost(5).run(1, 1000));
		assertThat(failure).hasMessageContaining("Seed ")
			.hasMessageContaining("at most 5")
			.hasMessageContaining("Replay it with -Drivet.simulation.seed=")
			.hasMessageContaining("calls add[]");
		long seed = Long.parseLong(failure.getMessage().replaceFirst("(?s)Seed (\\d+) .*", "$1"));
		assertThatExceptionOfType(SimulationFailure.class).isThrownBy(() -> countsAtMost(5).run(seed, 1))
			.withMessage(failure.getMessage());
	}

	private SimulationRunner countsAtMost(int most) {
		return runner((simulation) -> {
			simulation.clients(2, "ledger", "x")
				.subscribe("added")
				.mayCall("add")
				.onEvent("added", (client, args) -> assertThat(args.get(0).asInt()).as("at most %d", most)
					.isLessThanOrEqualTo(most));
			simulation.run();
		});
	}

	@Test
	void failsIfTheMethodDoesNotRunIt() {
		assertThatExceptionOfType(SimulationFailure.class)
			.isThrownBy(() -> runner((simulation) -> simulation.clients(1, "ledger", "x")).run(1, 1))
			.withMessageContaining("must call run()");
	}

	@Test
	void checksAnInvariantAfterEachStep() {
		assertThatExceptionOfType(SimulationFailure.class).isThrownBy(() -> runner((simulation) -> {
			simulation.clients(1, "ledger", "x");
			simulation.always(
					() -> assertThat(simulation.now()).as("the present").isBefore(VirtualTime.START.plusSeconds(5)));
			simulation.run();
		}).run(1, 1)).withMessageContaining("the present");
	}

	private SimulationRunner runner(SimulationRunner.Body body) {
		return new SimulationRunner(new SimulatedActors(this.beans, ActorSettings.DEFAULTS),
				SimulationSettings.DEFAULTS, body);
	}

}
