/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.springframework.util.IdGenerator;

import io.rivetevents.autoconfigure.NodeSettings;
import io.rivetevents.test.network.TimedNetwork;
import io.rivetevents.test.simulation.actors.MethodCalls;
import io.rivetevents.test.simulation.actors.SimulatedActors;
import io.rivetevents.test.simulation.actors.SimulatedStore;
import io.rivetevents.test.simulation.check.Violations;
import io.rivetevents.test.simulation.threads.SeededWorkers;
import io.rivetevents.test.simulation.threads.Trace;
import io.rivetevents.test.time.VirtualTime;

/**
 * The processes of a run: those that new connections reach, one or several, and those
 * that were replaced without noticing it.
 */
final class Nodes {

	/** Tasks after which a run counts as endless. */
	private static final int MAX_TASKS = 200_000;

	private static final Duration MAX_STOP = Duration.ofMinutes(1);

	/**
	 * What nodes are made of.
	 */
	record Parts(SimulatedActors actors, SimulatedStore store, VirtualTime time, Clock clock, SeededWorkers workers,
			MethodCalls calls, IdGenerator ids, NodeSettings settings, @Nullable TimedNetwork network) {
	}

	private final Parts parts;

	private final Trace trace;

	private final Violations violations;

	private final List<SimulatedClient> clients;

	private final List<SimulatedNode> replaced = new ArrayList<>();

	/** In the order of their starts; the first one is the current one. */
	private final List<SimulatedNode> running = new ArrayList<>();

	private final Set<SimulatedNode> leaving = new HashSet<>();

	private final int count;

	private int started;

	/**
	 * Starts nodes.
	 * @param count number of nodes
	 */
	Nodes(Parts parts, int count, Trace trace, Violations violations, List<SimulatedClient> clients) {
		this.parts = parts;
		this.count = count;
		this.trace = trace;
		this.violations = violations;
		this.clients = clients;
		for (int i = 0; i < count; i++) {
			start();
		}
	}

	void start() {
		this.running.add(new SimulatedNode(++this.started, this.parts));
	}

	SimulatedNode current() {
		return this.running.get(0);
	}

	/** Returns the nodes that run, are paused or are about to leave. */
	List<SimulatedNode> running() {
		return this.running;
	}

	int count() {
		return this.count;
	}

	/** Returns the node that a client reaches. */
	SimulatedNode any(Random random) {
		return (this.count == 1) ? current() : this.running.get(random.nextInt(this.running.size()));
	}

	void restart() {
		stop();
		start();
	}

	/** Lets one of several nodes leave the others, while they continue. */
	void leave(SimulatedNode node) {
		if (this.leaving.add(node)) {
			this.trace.add(node + " leaves");
			node.stop().doFinally((signal) -> {
				if (this.running.contains(node)) {
					if (!node.hasGivenUp()) {
						checkStopped(node);
					}
					this.trace.add(node + " has left");
					end(node);
				}
			}).subscribe(null, (ex) -> this.violations.add(new AssertionError(node + " does not leave: " + ex, ex)));
		}
	}

	private void checkStopped(SimulatedNode node) {
		this.parts.calls().checkClosed(node.lifetime());
	}

	/** Returns whether a node that does not leave is left without this one. */
	boolean isSpare(SimulatedNode node) {
		return this.running.stream().anyMatch((other) -> other != node && !this.leaving.contains(other));
	}

	boolean isAnyLeaving() {
		return !this.leaving.isEmpty();
	}

	/** Kills one of several nodes. */
	void kill(SimulatedNode node) {
		this.trace.add(node + " is killed");
		end(node);
	}

	/** Stops the nodes, one after the other. */
	void stopAll() {
		while (!this.running.isEmpty()) {
			stop();
		}
	}

	/** Stops the current node. */
	private void stop() {
		SimulatedNode current = current();
		this.trace.add(current + " stops");
		AtomicBoolean stopped = new AtomicBoolean();
		current.stop().subscribe(null, (ex) -> stopped.set(true), () -> stopped.set(true));
		runAll();
		Duration waited = Duration.ZERO;
		while (!stopped.get() && waited.compareTo(MAX_STOP) < 0) {
			waited = waited.plus(passToNextTask(MAX_STOP));
			runAll();
		}
		if (!stopped.get()) {
			this.violations.add("a node stops", "%s has not stopped after %s".formatted(current, waited));
		}
		checkStopped(current);
		end(current);
	}

	void kill() {
		kill(current());
		start();
	}

	void replace() {
		this.trace.add(current() + " is replaced and continues");
		this.replaced.add(this.running.remove(0));
		start();
	}

	/**
	 * Ends the nodes that were replaced. They may have woken instances again, so the
	 * current node must not answer with older copies of them.
	 */
	void endReplaced() {
		if (!this.replaced.isEmpty()) {
			this.replaced.forEach(this::end);
			this.replaced.clear();
			current().compareWithStore();
		}
	}

	private void end(SimulatedNode node) {
		this.running.remove(node);
		this.leaving.remove(node);
		node.kill();
		for (SimulatedClient client : this.clients) {
			SimulatedSession session = client.session();
			if (session != null && session.node() == node) {
				session.nodeEnds();
			}
		}
	}

	/** Runs all tasks that wait, and those that they cause. */
	void runAll() {
		SeededWorkers workers = this.parts.workers();
		for (int i = 0; !workers.isIdle(); i++) {
			if (i > MAX_TASKS) {
				this.violations.add("work ends", "after %d tasks there are more".formatted(i));
				return;
			}
			workers.runNext();
			this.violations.check();
		}
	}

	/**
	 * Lets the time pass until the next timer is due.
	 * @param max longest time
	 */
	Duration passToNextTask(Duration max) {
		Duration step = this.parts.time().untilNext();
		Duration waited = (step != null && step.compareTo(max) < 0) ? step : max;
		this.parts.time().advance(waited);
		return waited.isZero() ? Duration.ofMillis(1) : waited;
	}

}
