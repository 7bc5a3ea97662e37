/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

/**
 * Simulates an actor that sleeps while clients are connected. A million seeds:
 * {@code ./mvnw test -pl rivet-events-test -am -Dsurefire.failIfNoSpecifiedTests=false
 * -Dtest=HibernationSimulationTests -Drivet.simulation.seeds=1000000}
 */
class HibernationSimulationTests {

	@ActorSimulation(seeds = 300, actors = Lounge.class)
	void keepsConnectionsWithAllFaults(Simulation simulation) {
		HibernationScenario.run(simulation);
	}

	@ActorSimulation(seeds = 300, actors = Lounge.class)
	void losesNothingInMemory(Simulation simulation) {
		HibernationScenario.runInMemory(simulation);
	}

	@ActorSimulation(seeds = 300, actors = Lounge.class)
	void disconnectsEachConnectionOnceOverRestarts(Simulation simulation) {
		HibernationScenario.runOverRestarts(simulation);
	}

	@ActorSimulation(nodes = 3, seeds = 40, actors = Lounge.class)
	void losesNothingWhileOwnersChange(Simulation simulation) {
		HibernationScenario.runOnNodes(simulation);
	}

}
