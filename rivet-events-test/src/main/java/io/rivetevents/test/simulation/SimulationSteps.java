/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.rivetevents.test.simulation.actors.SimulatedStore;
import io.rivetevents.test.simulation.threads.JumpingClock;
import io.rivetevents.test.simulation.threads.Trace;
import io.rivetevents.test.time.VirtualTime;

/**
 * The steps of a run, and how often each of them is taken. The seed selects some of the
 * allowed faults, so that a run has few faults of many kinds or many of few.
 */
final class SimulationSteps {

	private static final int[] SHARES_OF_SERVER = { 30, 60, 90, 97 };

	/** Messages between nodes are work of the server as well. */
	private static final int[] SHARES_OF_NODES = { 70, 90, 95, 98 };

	private static final int SHORT_PAUSE_MILLIS = 2000;

	private static final int TINY_PAUSE_MILLIS = 100;

	private static final int MAX_JUMP_MILLIS = 60_000;

	private static final int MOST_TRIES = 8;

	private final Random random;

	private final Trace trace;

	private final List<SimulatedClient> clients;

	private final Nodes nodes;

	private final SimulatedStore store;

	private final VirtualTime time;

	private final JumpingClock clock;

	private final List<Step> steps = new ArrayList<>();

	private final ClusterSteps cluster;

	private int total;

	private int shareOfServer;

	/**
	 * A kind of step.
	 *
	 * @param weight how often it is taken, compared with others
	 * @param take takes it; returns whether it was possible
	 */
	private record Step(int weight, BooleanSupplier take) {
	}

	SimulationSteps(Random random, Trace trace, List<SimulatedClient> clients, Nodes nodes, SimulatedStore store,
			VirtualTime time, JumpingClock clock, ClusterSteps cluster) {
		this.cluster = cluster;
		this.random = random;
		this.trace = trace;
		this.clients = clients;
		this.nodes = nodes;
		this.store = store;
		this.time = time;
		this.clock = clock;
	}

	/**
	 * Selects the steps of this run.
	 * @param faults faults that are allowed
	 * @param maxPause longest time that may pass in one step
	 */
	void choose(Set<Fault> faults, Duration maxPause) {
		int[] shares = (this.nodes.count() > 1) ? SHARES_OF_NODES : SHARES_OF_SERVER;
		this.shareOfServer = shares[this.random.nextInt(shares.length)];
		add(30, ofClient((client) -> !client.isConnected(), (client) -> client.connect(this.nodes.any(this.random))));
		add(40, ofClient((client) -> client.isConnected() && client.mayCall(), (client) -> client.call(this.random)));
		add(10, ofClient((client) -> client.isConnected() && client.maySubscribe(),
				(client) -> client.changeSubscription(this.random)));
		add(10, () -> pause(SHORT_PAUSE_MILLIS));
		add(2, () -> pause(Math.toIntExact(maxPause.toMillis())));
		if (this.nodes.count() > 1) {
			add(30, () -> pause(TINY_PAUSE_MILLIS));
			add(10, this.cluster::start);
			add(20, this.cluster::call);
		}
		for (Fault fault : Fault.values()) {
			if (faults.contains(fault) && fault.isFor(this.nodes.count()) && this.random.nextBoolean()) {
				add(fault.weight() * (1 + this.random.nextInt(3)), take(fault, Math.toIntExact(maxPause.toMillis())));
			}
		}
	}

	private void add(int weight, BooleanSupplier take) {
		this.steps.add(new Step(weight, take));
		this.total += weight;
	}

	private BooleanSupplier take(Fault fault, int maxMillis) {
		return (this.nodes.count() > 1) ? takeInCluster(fault, maxMillis) : takeAlone(fault, maxMillis);
	}

	private BooleanSupplier takeInCluster(Fault fault, int maxMillis) {
		return switch (fault) {
			case KILL -> this.cluster::kill;
			case RESTART -> this.cluster::leave;
			case PAUSE -> this.cluster::pause;
			case PARTITION -> this.cluster::partition;
			case SLOW_NETWORK -> this.cluster::slow;
			case STORE_AWAY -> this.cluster::store;
			default -> takeAlone(fault, maxMillis);
		};
	}

	private BooleanSupplier takeAlone(Fault fault, int maxMillis) {
		return switch (fault) {
			case CUT -> ofClient(SimulatedClient::isConnected, SimulatedClient::cut);
			case SLOW_READER -> ofClient(SimulatedClient::isConnected, SimulationSteps::toggleReading);
			case FAILED_SAVE -> () -> fail(SimulatedStore.Failure.BEFORE);
			case UNCERTAIN_SAVE -> () -> fail(SimulatedStore.Failure.UNCERTAIN);
			case SLOW_STORE -> always(() -> this.store.delayNext(Duration.ofMillis(this.random.nextInt(maxMillis))));
			case CLOCK_JUMP ->
				always(() -> jump(Duration.ofMillis(this.random.nextInt(-MAX_JUMP_MILLIS, MAX_JUMP_MILLIS))));
			case RESTART -> always(this.nodes::restart);
			case KILL -> always(this.nodes::kill);
			case REPLACED -> always(this.nodes::replace);
			case PAUSE, PARTITION, SLOW_NETWORK, STORE_AWAY -> () -> false;
		};
	}

	private static void toggleReading(SimulatedClient client) {
		client.setReading(!Objects.requireNonNull(client.session()).isReading());
	}

	private static BooleanSupplier always(Runnable step) {
		return () -> {
			step.run();
			return true;
		};
	}

	private boolean fail(SimulatedStore.Failure failure) {
		this.trace.add("the next save fails: " + failure);
		this.store.failNext(failure);
		return true;
	}

	private void jump(Duration offset) {
		this.trace.add("the clock is set to %s after the time".formatted(offset));
		this.clock.jump(offset);
	}

	private boolean pause(int maxMillis) {
		Duration pause = Duration.ofMillis(1 + this.random.nextInt(maxMillis));
		this.trace.add("%s pass".formatted(pause));
		this.time.advance(pause);
		return true;
	}

	private BooleanSupplier ofClient(Predicate<SimulatedClient> possible, Consumer<SimulatedClient> step) {
		return () -> {
			SimulatedClient client = this.clients.get(this.random.nextInt(this.clients.size()));
			if (!possible.test(client)) {
				return false;
			}
			step.accept(client);
			return true;
		};
	}

	/** Returns whether the next step is one of the server, if it has work. */
	boolean isForServer() {
		return this.random.nextInt(100) < this.shareOfServer;
	}

	/** Takes a step, unless several choices are impossible. */
	void next() {
		for (int i = 0; i < MOST_TRIES; i++) {
			int choice = this.random.nextInt(this.total);
			for (Step step : this.steps) {
				choice -= step.weight();
				if (choice < 0) {
					if (step.take().getAsBoolean()) {
						return;
					}
					break;
				}
			}
		}
	}

}
