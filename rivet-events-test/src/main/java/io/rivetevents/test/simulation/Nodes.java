/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.springframework.util.IdGenerator;

import io.rivetevents.autoconfigure.NodeSettings;
import io.rivetevents.test.simulation.check.Violations;
import io.rivetevents.test.time.VirtualTime;

/**
 * The processes of a run: the one that new connections reach, and those that were
 * replaced without noticing it.
 */
final class Nodes {

	/** Tasks after which a run counts as endless. */
	private static final int MAX_TASKS = 200_000;

	private static final Duration MAX_STOP = Duration.ofMinutes(1);

	/**
	 * What nodes are made of.
	 */
	record Parts(SimulatedActors actors, SimulatedStore store, VirtualTime time, Clock clock, SeededWorkers workers,
			MethodCalls calls, IdGenerator ids, NodeSettings settings) {
	}

	private final Parts parts;

	private final Trace trace;

	private final Violations violations;

	private final List<SimulatedClient> clients;

	private final List<SimulatedNode> replaced = new ArrayList<>();

	private SimulatedNode current;

	private int started;

	Nodes(Parts parts, Trace trace, Violations violations, List<SimulatedClient> clients) {
		this.parts = parts;
		this.trace = trace;
		this.violations = violations;
		this.clients = clients;
		this.current = start();
	}

	private SimulatedNode start() {
		return new SimulatedNode(++this.started, this.parts);
	}

	SimulatedNode current() {
		return this.current;
	}

	void restart() {
		stop();
		this.current = start();
	}

	/** Stops the current node. */
	void stop() {
		this.trace.add(this.current + " stops");
		AtomicBoolean stopped = new AtomicBoolean();
		this.current.stop().subscribe(null, (ex) -> stopped.set(true), () -> stopped.set(true));
		runAll();
		Duration waited = Duration.ZERO;
		while (!stopped.get() && waited.compareTo(MAX_STOP) < 0) {
			waited = waited.plus(passToNextTask(MAX_STOP));
			runAll();
		}
		if (!stopped.get()) {
			this.violations.add("a node stops", "%s has not stopped after %s".formatted(this.current, waited));
		}
		end(this.current);
	}

	void kill() {
		this.trace.add(this.current + " is killed");
		end(this.current);
		this.current = start();
	}

	void replace() {
		this.trace.add(this.current + " is replaced and continues");
		this.replaced.add(this.current);
		this.current = start();
	}

	/** Ends the nodes that were replaced. */
	void endReplaced() {
		this.replaced.forEach(this::end);
		this.replaced.clear();
	}

	private void end(SimulatedNode node) {
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
