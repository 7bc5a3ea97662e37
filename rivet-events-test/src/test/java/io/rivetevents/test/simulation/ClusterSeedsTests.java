/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.util.List;

import org.junit.jupiter.api.Test;

/**
 * Simulates three nodes with all faults, on all processors. A million seeds:
 * {@code ./mvnw test -pl rivet-events-test -am -Dsurefire.failIfNoSpecifiedTests=false
 * -Dtest=ClusterSeedsTests -Drivet.simulation.seeds=1000000}. {@value #FIRST} is the
 * first seed. {@link ClusterSimulationTests} replays one that fails.
 */
class ClusterSeedsTests {

	private static final String FIRST = "rivet.simulation.first";

	private static final int SEEDS = 2000;

	@Test
	void keepsItsPromisesWithAllFaults() throws Exception {
		List<SeedProcess> processes = SeedProcess.start(Long.getLong(FIRST, 1),
				Integer.getInteger(ActorSimulation.SEEDS, SEEDS));
		try {
			for (SeedProcess process : processes) {
				process.await();
			}
		}
		finally {
			SeedProcess.close(processes);
		}
	}

}
