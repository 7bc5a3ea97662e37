/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.test.simulation.actors.SimulatedActors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the simulations of an actor do that sleeps while clients are connected: clients
 * send and leave while it is awake, falls asleep, sleeps and wakes.
 */
final class HibernationScenario {

	/** Without a process that ends, and without an instance that starts again. */
	private static final Fault[] IN_MEMORY = without(Fault.KILL, Fault.REPLACED, Fault.RESTART, Fault.UNCERTAIN_SAVE);

	/** Without faults that lose changes. */
	private static final Fault[] ORDERLY = without(Fault.KILL, Fault.REPLACED, Fault.FAILED_SAVE, Fault.UNCERTAIN_SAVE);

	/** Owners change, and no node is lost. */
	private static final Fault[] PLANNED = { Fault.CUT, Fault.SLOW_READER, Fault.SLOW_STORE, Fault.CLOCK_JUMP,
			Fault.RESTART, Fault.SLOW_NETWORK };

	private static final ActorAddress LOUNGE = ActorAddress.of("lounge", "w");

	private HibernationScenario() {
	}

	static AnnotationConfigApplicationContext beans() {
		return new AnnotationConfigApplicationContext(Lounge.class);
	}

	private static Fault[] without(Fault... faults) {
		return EnumSet.complementOf(EnumSet.copyOf(List.of(faults))).toArray(Fault[]::new);
	}

	static SimulationRunner runner(AnnotationConfigApplicationContext beans) {
		return new SimulationRunner(new SimulatedActors(beans, ActorSettings.DEFAULTS), SimulationSettings.DEFAULTS,
				HibernationScenario::runInMemory);
	}

	/** Runs it with all faults: no connection is ended twice. */
	static void run(Simulation simulation) {
		run(simulation, Fault.values());
		check(simulation);
	}

	/** Runs it in one process: each connection is ended once, and no event is lost. */
	static void runInMemory(Simulation simulation) {
		runOnce(simulation, IN_MEMORY);
		assertThat(simulation.bean(Lounge.class).unheard()).as("events that no connection received").isEmpty();
	}

	/** Runs it over restarts: each connection is ended once. */
	static void runOverRestarts(Simulation simulation) {
		runOnce(simulation, ORDERLY);
	}

	/** Runs it on several nodes: no event is lost without a notice. */
	static void runOnNodes(Simulation simulation) {
		run(simulation, PLANNED);
	}

	private static void runOnce(Simulation simulation, Fault... faults) {
		run(simulation, faults);
		Lounge.State state = check(simulation);
		Set<String> ended = new HashSet<>(simulation.bean(Lounge.class).opened().keySet());
		ended.removeAll(present(simulation));
		assertThat(state.left.keySet()).as("ended connections that were disconnected").containsAll(ended);
	}

	private static void run(Simulation simulation, Fault... faults) {
		Lounge lounge = simulation.bean(Lounge.class);
		lounge.begin(simulation.scheduler());
		Visits visits = new Visits();
		simulation.faults(faults)
			.clients(3, "lounge", "w")
			.subscribe("said", "dozed", "heard")
			.maySubscribe("left")
			.mayCall("say")
			.mayCall("visit")
			.mayCallWith("think", (random) -> new Object[] { random.nextInt(5000) })
			.mayCall("rest")
			.idempotent("say")
			.onAnswer("visit", visits::received);
		simulation.always(() -> {
			if (simulation.random().nextInt(20) == 0) {
				lounge.sendFromOutside();
			}
		});
		simulation.run();
	}

	private static Lounge.State check(Simulation simulation) {
		Set<String> present = present(simulation);
		Lounge.State state = simulation.call(Lounge.State.class, LOUNGE, "read");
		assertThat(simulation.bean(Lounge.class).opened().values()).as("openings of each connection")
			.allMatch((n) -> n == 1);
		assertThat(state.left.values()).as("disconnect hooks of each connection that took effect")
			.allMatch((n) -> n == 1);
		assertThat(state.left.keySet()).as("disconnected connections").noneMatch(present::contains);
		return state;
	}

	private static Set<String> present(Simulation simulation) {
		return Set.of(simulation.call(String[].class, LOUNGE, "present"));
	}

	/** The numbers that calls of each connection have received, by its id. */
	private static final class Visits {

		private final Map<String, Integer> last = new HashMap<>();

		void received(int client, List<JsonNode> args, JsonNode result) {
			String connection = result.path("connection").asString();
			int count = result.path("count").asInt();
			Integer before = this.last.put(connection, count);
			assertThat(count).as("state of the connection of client %d", client)
				.isEqualTo((before != null) ? before + 1 : 1);
		}

	}

}
