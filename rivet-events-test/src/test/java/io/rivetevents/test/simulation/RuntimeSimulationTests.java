/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

/**
 * Simulates the runtime with all faults. A million seeds:
 * {@code ./mvnw test -pl rivet-events-test -am -Dsurefire.failIfNoSpecifiedTests=false
 * -Dtest=RuntimeSimulationTests -Drivet.simulation.seeds=1000000}
 */
class RuntimeSimulationTests {

	@ActorSimulation(seeds = 2000, actors = { Ledger.class, Room.class, Reminder.class, Transfers.class })
	void keepsItsPromisesWithAllFaults(Simulation simulation) {
		RuntimeScenario.run(simulation);
	}

}
