/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.rivetevents.test.cluster.Network.Link;

/**
 * What happens to a cluster, for how long, and how it ends.
 *
 * @param name name in the options and in the table
 * @param seconds time from its begin to its end
 * @param nodes number of nodes that the cluster has, 2 or 3
 * @param hit how many nodes are hit; 0 if all of them are
 * @param fill characters that each event has in addition
 * @param begin begins it
 * @param end ends it; what was killed is started again
 */
record Fault(String name, int seconds, int nodes, int hit, int fill, Step begin, Step end) {

	/** Changes something. */
	@FunctionalInterface
	interface Step {

		void run(Cluster cluster, List<Node> victims) throws Exception;

	}

	private static final Step NOTHING = (cluster, victims) -> {
	};

	/** Faults after which the nodes that are hit must still be in the cluster. */
	private static final Set<String> HARMLESS = Set.of("pause-2s", "clients-cut", "store-cut-one", "store-cut-all",
			"store-restart", "lossy");

	/** Returns whether the nodes that it hits may be removed from the cluster. */
	boolean mayRemove() {
		return !HARMLESS.contains(this.name);
	}

	/** Returns all faults. */
	static List<Fault> all() {
		return List.of(one("kill", 8, eachNode(Node::kill), NOTHING), two("kill-two", 5, eachNode(Node::kill)),
				one("pause-2s", 2, signal("STOP"), signal("CONT")),
				one("pause-10s", 10, signal("STOP"), signal("CONT")),
				one("pause-20s", 20, signal("STOP"), signal("CONT")),
				one("vanish", 15, cut(Link.values()), Fault::lose),
				one("nodes-cut", 15, cut(Link.NODES), heal(Link.NODES)),
				new Fault("nodes-cut-half", 15, 2, 1, 0, cut(Link.NODES), heal(Link.NODES)),
				one("clients-cut", 10, cut(Link.CLIENTS), heal(Link.CLIENTS)),
				one("store-cut-one", 10, cut(Link.STORE), heal(Link.STORE)),
				all("store-cut-all", 10, (cluster, none) -> cluster.network().cut(Cluster.STORE, Link.STORE),
						(cluster, none) -> cluster.network().heal(Cluster.STORE, Link.STORE)),
				all("store-restart", 2, (cluster, none) -> cluster.database().kill(),
						(cluster, none) -> cluster.database().start()),
				new Fault("slow-node", 10, 3, 1, 2000, limit("500kbit"), clear()),
				one("lossy", 15, Fault::disturb, Fault::calm));
	}

	private static Fault one(String name, int seconds, Step begin, Step end) {
		return new Fault(name, seconds, 3, 1, 0, begin, end);
	}

	private static Fault two(String name, int seconds, Step begin) {
		return new Fault(name, seconds, 3, 2, 0, begin, NOTHING);
	}

	private static Fault all(String name, int seconds, Step begin, Step end) {
		return new Fault(name, seconds, 3, 0, 0, begin, end);
	}

	@FunctionalInterface
	private interface NodeStep {

		void run(Node node) throws Exception;

	}

	private static Step eachNode(NodeStep step) {
		return (cluster, victims) -> {
			for (Node victim : victims) {
				step.run(victim);
			}
		};
	}

	private static Step signal(String signal) {
		return eachNode((victim) -> victim.signal(signal));
	}

	private static Step cut(Link... links) {
		return (cluster, victims) -> victims
			.forEach((victim) -> Stream.of(links).forEach((link) -> cluster.network().cut(victim.member(), link)));
	}

	private static Step heal(Link... links) {
		return (cluster, victims) -> victims
			.forEach((victim) -> Stream.of(links).forEach((link) -> cluster.network().heal(victim.member(), link)));
	}

	/** The links of a machine that had vanished work again; its processes have ended. */
	private static void lose(Cluster cluster, List<Node> victims) throws Exception {
		eachNode(Node::kill).run(cluster, victims);
		heal(Link.values()).run(cluster, victims);
	}

	private static Step limit(String rate) {
		return (cluster, victims) -> victims
			.forEach((victim) -> cluster.network().limit(victim.member(), Link.NODES, rate, "2s"));
	}

	private static Step clear() {
		return (cluster, victims) -> victims.forEach((victim) -> cluster.network().clear(victim.member(), Link.NODES));
	}

	/** Loses packets; without netem all that are sent within short times. */
	private static void disturb(Cluster cluster, List<Node> victims) {
		victims.forEach((victim) -> {
			if (!cluster.network().disturb(victim.member(), Link.NODES, "20ms", "5%")) {
				cluster.flicker(victim);
			}
		});
	}

	private static void calm(Cluster cluster, List<Node> victims) throws Exception {
		if (!cluster.endFlicker()) {
			clear().run(cluster, victims);
		}
	}

}
