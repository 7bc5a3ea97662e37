/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActorSettings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the simulations of our own runtime do: clients of a durable actor and of one that
 * is not, with all faults.
 */
final class RuntimeScenario {

	private static final ActorAddress LEDGER = ActorAddress.of("ledger", "x");

	private RuntimeScenario() {
	}

	static AnnotationConfigApplicationContext beans() {
		return new AnnotationConfigApplicationContext(Ledger.class, Room.class);
	}

	static SimulationRunner runner(AnnotationConfigApplicationContext beans, SimulationSettings settings) {
		return new SimulationRunner(new SimulatedActors(beans, ActorSettings.DEFAULTS), settings, RuntimeScenario::run);
	}

	static void run(Simulation simulation) {
		simulation.bean(Room.class).waitOn(simulation.scheduler());
		Answers answers = new Answers();
		simulation.clients(3, "ledger", "x")
			.subscribe("added")
			.maySubscribe("left")
			.mayCall("add")
			.mayCall("deposit")
			.onEvent("added", (client, args) -> answers.event(client, args.get(0).asInt()))
			.onAnswer("add", answers::answer)
			.onAnswer("deposit", (client, args, result) -> answers.deposited(result.asInt()));
		simulation.clients(2, "room", "y")
			.subscribe("said", "thought", "left")
			.maySubscribe("joined", "whispered")
			.targeted("whispered")
			.mayCall("say")
			.mayCallWith("think", (random) -> new Object[] { random.nextInt(500) })
			.mayCallWith("whisper", (random) -> new Object[] { "x".repeat(random.nextInt(1000)) });
		simulation.run();
		assertThat(simulation.call(int.class, LEDGER, "count")).as("count after acknowledged additions")
			.isGreaterThanOrEqualTo(answers.greatest());
	}

	/** The results of a durable action that clients have received. */
	private static final class Answers {

		private final Map<Integer, Integer> lastEvents = new HashMap<>();

		private final Set<Integer> acknowledged = new HashSet<>();

		private final Set<Integer> deposited = new HashSet<>();

		void event(int client, int count) {
			this.lastEvents.put(client, count);
		}

		void answer(int client, List<JsonNode> args, JsonNode result) {
			int count = result.asInt();
			assertThat(this.acknowledged.add(count)).as("answer %d is the only one", count).isTrue();
			assertThat(this.lastEvents.getOrDefault(client, 0)).as("event of client %d before its answer", client)
				.isGreaterThanOrEqualTo(count);
		}

		void deposited(int deposits) {
			assertThat(this.deposited.add(deposits)).as("answer %d is the only one", deposits).isTrue();
		}

		int greatest() {
			return this.acknowledged.stream().mapToInt(Integer::intValue).max().orElse(0);
		}

	}

	/**
	 * Prints the hash of the traces of some runs.
	 * @param args first seed and number of seeds
	 */
	public static void main(String[] args) throws Exception {
		LoggingSystem.get(RuntimeScenario.class.getClassLoader()).setLogLevel("ROOT", LogLevel.OFF);
		try (AnnotationConfigApplicationContext beans = beans()) {
			long start = System.nanoTime();
			long hash = runner(beans, SimulationSettings.DEFAULTS).run(Long.parseLong(args[0]),
					Integer.parseInt(args[1]));
			System.err.printf("%s seeds in %.1f s%n", args[1], (System.nanoTime() - start) / 1e9);
			System.out.printf("%016x%n", hash);
		}
	}

}
