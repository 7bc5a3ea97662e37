/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.util.function.UnaryOperator;

import io.rivetevents.actor.state.ActorStateStore;

/**
 * Settings of the simulated processes.
 *
 * @param maxQueuedBytes limit of each connection's queue, in bytes
 * @param store wraps the store in memory
 * @param kept number of lines of the trace to keep
 */
record SimulationSettings(int maxQueuedBytes, UnaryOperator<ActorStateStore> store, int kept) {

	/** Queues that a client which does not read fills within a run. */
	static final SimulationSettings DEFAULTS = new SimulationSettings(4096, UnaryOperator.identity(), 60);

	SimulationSettings withStore(UnaryOperator<ActorStateStore> store) {
		return new SimulationSettings(this.maxQueuedBytes, store, this.kept);
	}

	SimulationSettings withKept(int kept) {
		return new SimulationSettings(this.maxQueuedBytes, this.store, kept);
	}

}
