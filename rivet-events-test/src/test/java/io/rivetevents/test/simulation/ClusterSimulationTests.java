/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Simulates three nodes with all faults: few seeds, or one that is replayed.
 * {@link ClusterSeedsTests} runs many.
 */
class ClusterSimulationTests {

	private static final int SEEDS = 20;

	@ActorSimulation(nodes = 3, seeds = 20, actors = { Ledger.class, Room.class, Reminder.class, Transfers.class })
	void keepsItsPromisesWithAllFaults(Simulation simulation) {
		RuntimeScenario.run(simulation, true);
	}

	@ActorSimulation(nodes = 3, seeds = 50, actors = { Ledger.class, Transfers.class })
	void runsCallsWithoutAKeyAtMostOnce(Simulation simulation) {
		ClusterScenario.book(simulation);
	}

	@ActorSimulation(nodes = 3, seeds = 50, actors = Pad.class)
	void connectsTheClientsOfADeletedInstanceToNoOther(Simulation simulation) {
		ClusterScenario.delete(simulation);
	}

	@Test
	void hasTheSameTraceInAnotherProcess() throws Exception {
		try (AnnotationConfigApplicationContext beans = RuntimeScenario.beans()) {
			String here = "%016x"
				.formatted(ClusterScenario.runner(beans, ClusterScenario.SETTINGS, Fault.values()).run(1, SEEDS));
			try (SeedProcess other = new SeedProcess(1, SEEDS)) {
				assertThat(other.await()).isEqualTo(here);
			}
		}
	}

}
