/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.util.stream.Collectors;

import io.rivetevents.test.simulation.threads.Trace;

/**
 * Failure of one seed, with its last steps and the line that replays it.
 */
final class SimulationFailure extends AssertionError {

	private static final long serialVersionUID = 1L;

	SimulationFailure(long seed, Trace trace, Throwable cause) {
		super("""
				Seed %d fails: %s
				Replay it with -D%s=%d or @ActorSimulation(seed = %d)
				The last of %d steps:
				%s""".formatted(seed, cause.getMessage(), ActorSimulation.SEED, seed, seed, trace.steps(),
				trace.lines().stream().collect(Collectors.joining("\n"))), cause);
	}

}
