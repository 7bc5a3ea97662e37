/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.rivetevents.actor.ActorAddress;

/**
 * Numbers of the instances of this node, in memory or asleep with open connections.
 *
 * @param actors numbers of the actors that have any, by their names
 * @param namespaces their namespaces, at most {@value #MAX_NAMESPACES}
 */
public record NodeCounts(Map<String, ActorCounts> actors, SortedSet<String> namespaces) {

	/** Most namespaces that are named. */
	public static final int MAX_NAMESPACES = 100;

	public NodeCounts {
		actors = Map.copyOf(actors);
		namespaces = Collections.unmodifiableSortedSet(namespaces);
	}

	/** Adds up the numbers without an object for each instance. */
	static final class Sum {

		private final Map<String, OfActor> actors = new HashMap<>();

		private final SortedSet<String> namespaces = new TreeSet<>();

		void addAwake(ActorAddress address, int connections, int pendingTurns) {
			OfActor actor = of(address);
			actor.awake++;
			actor.connections += connections;
			actor.pendingTurns += pendingTurns;
		}

		void addSleeping(ActorAddress address, int connections) {
			OfActor actor = of(address);
			actor.sleeping++;
			actor.connections += connections;
		}

		private OfActor of(ActorAddress address) {
			if (this.namespaces.size() < MAX_NAMESPACES) {
				this.namespaces.add(address.namespace());
			}
			return this.actors.computeIfAbsent(address.name(), (name) -> new OfActor());
		}

		NodeCounts counts() {
			return new NodeCounts(
					this.actors.entrySet()
						.stream()
						.collect(Collectors.toMap(Map.Entry::getKey, (actor) -> actor.getValue().counts())),
					this.namespaces);
		}

	}

	private static final class OfActor {

		private int awake;

		private int sleeping;

		private int connections;

		private int pendingTurns;

		ActorCounts counts() {
			return new ActorCounts(this.awake, this.sleeping, this.connections, this.pendingTurns);
		}

	}

}
