/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.test.simulation.actors.SimulatedActors;
import io.rivetevents.test.time.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the simulations of our own runtime do: clients of a durable actor, of one that is
 * not, and of one with schedules, with all faults.
 */
final class RuntimeScenario {

	static final Class<?>[] BEANS = { Ledger.class, Room.class, Reminder.class, Transfers.class, Pad.class };

	private static final ActorAddress LEDGER = ActorAddress.of("ledger", "x");

	private static final ActorAddress REMINDER = ActorAddress.of("reminder", "z");

	private RuntimeScenario() {
	}

	static AnnotationConfigApplicationContext beans() {
		return new AnnotationConfigApplicationContext(BEANS);
	}

	static SimulationRunner runner(AnnotationConfigApplicationContext beans, SimulationSettings settings) {
		return runner(beans, settings, Fault.values());
	}

	/** Returns a runner with some of the faults. */
	static SimulationRunner runner(AnnotationConfigApplicationContext beans, SimulationSettings settings,
			Fault... faults) {
		return new SimulationRunner(new SimulatedActors(beans, ActorSettings.DEFAULTS), settings,
				(simulation) -> run(simulation.faults(faults)));
	}

	static void run(Simulation simulation) {
		run(simulation, false);
	}

	/**
	 * Runs it.
	 * @param servers whether server code calls the actors as well, on several nodes
	 */
	static void run(Simulation simulation, boolean servers) {
		simulation.bean(Room.class).waitOn(simulation.scheduler());
		simulation.bean(Ledger.class).setClock(simulation.clock());
		simulation.bean(Reminder.class).setClock(simulation.clock());
		simulation.bean(Transfers.class).begin(simulation);
		Answers answers = new Answers();
		SimulatedClients ledger = ledger(simulation, answers);
		if (servers) {
			servers(ledger, answers);
		}
		room(simulation);
		reminder(simulation, answers);
		simulation.run();
		checkLedger(simulation, answers);
		checkReminder(simulation, answers);
	}

	private static SimulatedClients ledger(Simulation simulation, Answers answers) {
		AtomicInteger payments = new AtomicInteger();
		return simulation.clients(3, "ledger", "x")
			.as((client) -> () -> "user-" + client)
			.subscribe("added", "moved")
			.maySubscribe("left")
			.mayCall("add")
			.mayCall("deposit")
			.mayCallWith("pay", (random) -> new Object[] { "payment-" + payments.incrementAndGet() })
			.mayCall("move")
			.idempotent("deposit", "pay", "move")
			.onEvent("added", (client, args) -> answers.event(client, args.get(0).asInt()))
			.onAnswer("add", answers::answer)
			.onAnswer("pay", (client, args, result) -> answers.paid.add(args.get(0).asString()))
			.onAnswer("move", (client, args, result) -> answers.moved.add(result.asInt()))
			.onAnswer("deposit", (client, args, result) -> answers.deposited(result.asInt()));
	}

	private static void servers(SimulatedClients ledger, Answers answers) {
		AtomicInteger bookings = new AtomicInteger();
		SimulatedClients.Arguments next = (random) -> new Object[] { "booking-" + bookings.incrementAndGet() };
		ledger.mayCallWith("book", next)
			.onAnswer("book", (client, args, result) -> answers.booked.add(args.get(0).asString()))
			.serverMayCall("add", answers::answered)
			.serverMayCallWith("book", next, (result) -> {
			});
	}

	private static void room(Simulation simulation) {
		simulation.clients(2, "room", "y")
			.subscribe("said", "thought", "left", "chattered")
			.maySubscribe("joined", "whispered")
			.targeted("whispered")
			.mayCall("say")
			.mayCallWith("think", (random) -> new Object[] { random.nextInt(500) })
			.mayCallWith("chatter", (random) -> new Object[] { "x".repeat(random.nextInt(1000)) })
			.mayCallWith("whisper", (random) -> new Object[] { "x".repeat(random.nextInt(1000)) })
			.idempotent("say");
	}

	private static void reminder(Simulation simulation, Answers answers) {
		simulation.clients(1, "reminder", "z")
			.subscribe("rung", "minute")
			.mayCallWith("plan", (random) -> new Object[] { random.nextInt(30_000) })
			.mayCallWith("setAlarm", (random) -> new Object[] { random.nextInt(30_000) })
			.mayCall("cancelAlarm")
			.onAnswer("plan", (client, args, result) -> answers.planned.add(result.asInt()));
	}

	private static void checkLedger(Simulation simulation, Answers answers) {
		Ledger.State state = simulation.call(Ledger.State.class, LEDGER, "read");
		assertThat(state.count).as("count after acknowledged additions").isGreaterThanOrEqualTo(answers.greatest());
		assertThat(state.booked).as("bookings that have run").doesNotHaveDuplicates().containsAll(answers.booked);
		assertThat(state.paidTwice).as("idempotent calls that have run twice").isZero();
		assertThat(state.paid.keySet()).as("acknowledged payments").containsAll(answers.paid);
		assertThat(state.moved).as("acknowledged transfers").containsAll(answers.moved);
		assertThat(state.moved).as("transfers with a row").isEqualTo(simulation.bean(Transfers.class).rows());
	}

	private static void checkReminder(Simulation simulation, Answers answers) {
		// longer than the delays and the pauses after failures together
		simulation.advance(Duration.ofMinutes(3));
		Reminder.State state = simulation.call(Reminder.State.class, REMINDER, "read");
		assertThat(state.planned).as("acknowledged schedules").containsAll(answers.planned);
		assertThat(state.rung).as("schedules run once").containsExactlyInAnyOrderElementsOf(state.planned);
		assertThat(state.early).as("runs before their times").isZero();
		assertThat(state.falseAlarms).as("runs of replaced and cancelled schedules").isZero();
		assertThat(state.alarm).as("alarm that has not run").isZero();
		long minutes = Duration.between(VirtualTime.START, simulation.now()).toMinutes();
		assertThat(state.minutes).as("runs each minute").isBetween(1, (int) minutes + 2);
		checkMissedTimes(simulation, state);
	}

	private static void checkMissedTimes(Simulation simulation, Reminder.State state) {
		assertThat(state.outOfTurn).as("times of CatchUp.ALL without a run").isZero();
		assertThat(Instant.ofEpochMilli(state.nextOfAll)).as("next time of CatchUp.ALL")
			.isAfter(simulation.now().minus(Reminder.PERIOD));
		assertThat(state.repeated).as("runs of CatchUp.ONE for the same times").isZero();
		assertThat(Duration.ofMillis(state.latestOfNone)).as("delay of CatchUp.NONE")
			.isLessThanOrEqualTo(Duration.ofMinutes(1));
	}

	/** The results of a durable action that clients have received. */
	private static final class Answers {

		private final Map<Integer, Integer> lastEvents = new HashMap<>();

		private final Set<Integer> acknowledged = new HashSet<>();

		private final Set<String> booked = new HashSet<>();

		private final Set<Integer> deposited = new HashSet<>();

		private final Set<String> paid = new HashSet<>();

		private final Set<Integer> moved = new HashSet<>();

		private final Set<Integer> planned = new HashSet<>();

		void event(int client, int count) {
			this.lastEvents.put(client, count);
		}

		void answered(JsonNode result) {
			int count = result.asInt();
			assertThat(this.acknowledged.add(count)).as("answer %d is the only one", count).isTrue();
		}

		void answer(int client, List<JsonNode> args, JsonNode result) {
			answered(result);
			int count = result.asInt();
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
