/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.util.HashMap;
import java.util.Map;

import io.rivetevents.placement.LocalNode;

/**
 * The instances in the memory of a node at one moment, counted by actor, and their turns.
 */
final class AwakeInstances {

	private final Map<String, Integer> counts = new HashMap<>();

	private long turns;

	private int mostTurns;

	/** Counts the instances of a node. */
	AwakeInstances(LocalNode node) {
		node.forEach((address, turns) -> {
			this.counts.merge(address.name(), 1, Integer::sum);
			this.turns += turns;
			this.mostTurns = Math.max(this.mostTurns, turns);
		});
	}

	/** Returns the number of instances of an actor. */
	int count(String actor) {
		return this.counts.getOrDefault(actor, 0);
	}

	/** Returns how many turns of all instances wait or run. */
	long turns() {
		return this.turns;
	}

	/** Returns how many turns wait or run in the instance that has the most. */
	int mostTurns() {
		return this.mostTurns;
	}

}
