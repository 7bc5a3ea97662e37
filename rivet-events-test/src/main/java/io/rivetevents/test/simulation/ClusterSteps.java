/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.test.network.TimedNetwork;
import io.rivetevents.test.simulation.actors.SimulatedStore;
import io.rivetevents.test.simulation.check.SmallerParts;
import io.rivetevents.test.simulation.check.Violations;
import io.rivetevents.test.simulation.threads.Trace;

/**
 * Steps of a simulation with several nodes. Each returns whether it was possible.
 */
final class ClusterSteps {

	private static final int MAX_DELAY_MILLIS = 1000;

	private final Random random;

	private final Trace trace;

	private final Nodes nodes;

	private final SimulatedStore store;

	private final @Nullable TimedNetwork network;

	private final ServerCalls calls;

	private final Violations violations;

	private final @Nullable SmallerParts smallerParts;

	private boolean slow;

	ClusterSteps(Random random, Trace trace, Nodes nodes, SimulatedStore store, @Nullable TimedNetwork network,
			ServerCalls calls, Violations violations) {
		this.violations = violations;
		this.random = random;
		this.trace = trace;
		this.nodes = nodes;
		this.store = store;
		this.network = network;
		this.calls = calls;
		this.smallerParts = (network != null) ? new SmallerParts(network::hasDeparted, violations) : null;
	}

	private TimedNetwork network() {
		return Objects.requireNonNull(this.network);
	}

	private SimulatedNode any() {
		return this.nodes.any(this.random);
	}

	/** Starts a node if one is missing. */
	boolean start() {
		boolean missing = this.nodes.running().size() < this.nodes.count();
		if (missing) {
			this.nodes.start();
			this.trace.add("%s starts".formatted(this.nodes.running().get(this.nodes.running().size() - 1)));
		}
		return missing;
	}

	/** Lets server code of any node call an action. */
	boolean call() {
		SimulatedNode node = any();
		return !node.isPaused() && this.calls.call(node);
	}

	boolean kill() {
		SimulatedNode node = any();
		boolean enough = this.nodes.isSpare(node);
		if (enough) {
			this.nodes.kill(node);
		}
		return enough;
	}

	boolean leave() {
		SimulatedNode node = any();
		boolean may = this.nodes.isSpare(node) && !this.nodes.isAnyLeaving() && !node.isPaused();
		if (may) {
			this.nodes.leave(node);
		}
		return may;
	}

	/** Pauses a node, or continues it. */
	boolean pause() {
		SimulatedNode node = any();
		if (node.isPaused()) {
			this.trace.add(node + " continues");
			node.resume();
		}
		else {
			this.trace.add(node + " is paused");
			node.pause();
		}
		return true;
	}

	/** Cuts the network, or mends it. */
	boolean partition() {
		if (network().isCut()) {
			this.trace.add("the network is mended");
			network().heal();
		}
		else {
			boolean both = this.random.nextInt(3) != 0;
			boolean alone = this.random.nextBoolean();
			SimulatedNode node = any();
			List<SimulatedNode> others = this.nodes.running().stream().filter((each) -> each != node).toList();
			(alone ? others : others.subList(0, Math.min(1, others.size()))).forEach((other) -> cut(node, other, both));
		}
		return true;
	}

	private void cut(SimulatedNode node, SimulatedNode other, boolean both) {
		this.trace.add("%s is cut off from %s%s".formatted(other, node, both ? "" : " in one direction"));
		network().cut(node.member().name(), other.member().name());
		if (both) {
			network().cut(other.member().name(), node.member().name());
		}
	}

	/** Makes the network slow, or fast. */
	boolean slow() {
		this.slow = !this.slow;
		Duration most = this.slow ? Duration.ofMillis(1 + this.random.nextInt(MAX_DELAY_MILLIS)) : Duration.ZERO;
		this.trace.add("messages between nodes take up to " + most);
		network().slow(most);
		return true;
	}

	/** Takes the store away, or brings it back. */
	boolean store() {
		this.store.setAway(!this.store.isAway());
		this.trace.add(this.store.isAway() ? "the store is away" : "the store is back");
		return true;
	}

	/**
	 * Checks after each step that a node in the smaller part owns nothing.
	 * @param instances addresses of instances
	 * @param now the time
	 */
	void checkParts(Collection<ActorAddress> instances, Instant now) {
		SmallerParts parts = this.smallerParts;
		if (parts != null) {
			this.nodes.running()
				.forEach((node) -> parts.check(node, node.member().sees(),
						() -> instances.stream().anyMatch(node.member()::owns), now));
		}
	}

	/**
	 * Checks that all nodes have the same view, and that each instance is in the memory
	 * of its owner only.
	 * @param instances addresses of instances
	 */
	void check(Collection<ActorAddress> instances) {
		if (this.network == null) {
			return;
		}
		List<SimulatedNode> running = this.nodes.running();
		Set<String> names = running.stream().map((node) -> node.member().name()).collect(Collectors.toSet());
		for (SimulatedNode node : running) {
			if (!node.member().sees().equals(names)) {
				this.violations.add("all nodes have one view",
						"%s sees %d of %d nodes".formatted(node, node.member().sees().size(), names.size()));
			}
		}
		instances.forEach(this::checkOwner);
	}

	/**
	 * Returns whether no instance is about to move.
	 * @param instances addresses of instances
	 */
	boolean isMoved(Collection<ActorAddress> instances) {
		return this.network == null || instances.stream().allMatch(this::isAtItsOwner);
	}

	private boolean isAtItsOwner(ActorAddress address) {
		List<SimulatedNode> owners = owners(address);
		return owners.size() == 1 && owners.containsAll(holders(address));
	}

	private void checkOwner(ActorAddress address) {
		if (!isAtItsOwner(address)) {
			this.violations.add("an instance is in the memory of its owner",
					"%s belongs to %s and is at %s".formatted(address, owners(address), holders(address)));
		}
	}

	private List<SimulatedNode> owners(ActorAddress address) {
		return this.nodes.running().stream().filter((node) -> node.member().owns(address)).toList();
	}

	private List<SimulatedNode> holders(ActorAddress address) {
		return this.nodes.running().stream().filter((node) -> node.holds(address)).toList();
	}

	/** Ends all faults, and starts the nodes that are missing. */
	void end() {
		this.store.setAway(false);
		if (this.network == null) {
			return;
		}
		this.network.slow(Duration.ZERO);
		if (this.network.isCut()) {
			this.network.heal();
		}
		this.nodes.running().stream().filter(SimulatedNode::isPaused).toList().forEach(SimulatedNode::resume);
		while (start()) {
			// the next one
		}
	}

}
