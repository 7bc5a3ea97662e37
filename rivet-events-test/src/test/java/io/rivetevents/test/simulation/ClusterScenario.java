/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.test.simulation.actors.SimulatedActors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The scenario of our runtime on three nodes.
 */
final class ClusterScenario {

	static final int NODES = 3;

	static final SimulationSettings SETTINGS = SimulationSettings.DEFAULTS.withNodes(NODES);

	private ClusterScenario() {
	}

	/** Returns a runner with some of the faults. */
	static SimulationRunner runner(AnnotationConfigApplicationContext beans, SimulationSettings settings,
			Fault... faults) {
		return new SimulationRunner(new SimulatedActors(beans, ActorSettings.DEFAULTS), settings,
				(simulation) -> RuntimeScenario.run(simulation.faults(faults), true));
	}

	/** Returns a runner of another scenario. */
	static SimulationRunner runner(AnnotationConfigApplicationContext beans, SimulationRunner.Body scenario) {
		return new SimulationRunner(new SimulatedActors(beans, ActorSettings.DEFAULTS), SETTINGS, scenario);
	}

	/** Books with other nodes, whose calls run at most once. */
	static void book(Simulation simulation) {
		begin(simulation);
		AtomicInteger bookings = new AtomicInteger();
		SimulatedClients.Arguments next = (random) -> new Object[] { "booking-" + bookings.incrementAndGet() };
		simulation.faults(Fault.PARTITION, Fault.SLOW_NETWORK, Fault.PAUSE)
			.clients(2, "ledger", "x")
			.mayCallWith("book", next)
			.serverMayCallWith("book", next, (result) -> {
			});
		simulation.run();
		Ledger.State state = simulation.call(Ledger.State.class, ActorAddress.of("ledger", "x"), "read");
		assertThat(state.booked).as("bookings that have run").doesNotHaveDuplicates();
	}

	/** Deletes an instance again and again, whose clients create the next one. */
	static void delete(Simulation simulation) {
		simulation.clients(4, "pad", "x").subscribe("written").mayCall("write").mayCall("write").mayCall("delete");
		simulation.run();
	}

	private static void begin(Simulation simulation) {
		simulation.bean(Ledger.class).setClock(simulation.clock());
		simulation.bean(Transfers.class).begin(simulation);
	}

	/**
	 * Prints the hash of the traces of some runs.
	 * @param args first seed and number of seeds
	 */
	public static void main(String[] args) throws Exception {
		LoggingSystem.get(ClusterScenario.class.getClassLoader())
			.setLogLevel("ROOT", Boolean.getBoolean("log") ? LogLevel.INFO : LogLevel.OFF);
		try (AnnotationConfigApplicationContext beans = RuntimeScenario.beans()) {
			long start = System.nanoTime();
			int count = Integer.parseInt(args[1]);
			SimulationSettings settings = (count == 1) ? SETTINGS.withKept(Integer.MAX_VALUE) : SETTINGS;
			long hash = runner(beans, settings, Fault.values()).run(Long.parseLong(args[0]), count);
			System.err.printf("%s seeds in %.1f s%n", args[1], (System.nanoTime() - start) / 1e9);
			System.out.printf("%016x%n", hash);
		}
	}

}
