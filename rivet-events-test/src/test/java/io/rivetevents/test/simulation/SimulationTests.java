/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.Input;
import io.rivetevents.error.UserError;
import io.rivetevents.test.simulation.actors.SimulatedActors;
import io.rivetevents.test.time.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link Simulation} and its runs.
 */
class SimulationTests {

	private static final int SEEDS = 150;

	private final AnnotationConfigApplicationContext beans = RuntimeScenario.beans();

	@BeforeAll
	static void logNothing() {
		LoggingSystem.get(SimulationTests.class.getClassLoader()).setLogLevel("io.rivetevents", LogLevel.OFF);
	}

	@AfterAll
	static void logAgain() {
		LoggingSystem.get(SimulationTests.class.getClassLoader()).setLogLevel("io.rivetevents", null);
	}

	@AfterEach
	void close() {
		this.beans.close();
	}

	@Test
	void hasTheSameTraceInAnotherProcess() throws Exception {
		String here = "%016x".formatted(RuntimeScenario.runner(this.beans, SimulationSettings.DEFAULTS).run(1, SEEDS));
		assertThat(hashOfAnotherProcess()).isEqualTo(here);
	}

	private static String hashOfAnotherProcess() throws Exception {
		String java = ProcessHandle.current().info().command().orElse("java");
		String classPath = Objects.requireNonNullElse(System.getProperty("surefire.test.class.path"),
				System.getProperty("java.class.path"));
		Process process = new ProcessBuilder(
				List.of(java, "-cp", classPath, RuntimeScenario.class.getName(), "1", Integer.toString(SEEDS)))
			.redirectError(ProcessBuilder.Redirect.DISCARD)
			.start();
		String[] lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip()
			.split("\\R");
		assertThat(process.waitFor()).isZero();
		return lines[lines.length - 1];
	}

	/** Or the line that replays a seed would not replay it. */
	@Test
	void hasTheSameTraceAloneAndAfterOtherSeeds() throws Exception {
		int seeds = 50;
		long together = RuntimeScenario.runner(this.beans, SimulationSettings.DEFAULTS).run(1, seeds);
		long alone = 0;
		for (int seed = 1; seed <= seeds; seed++) {
			alone = 31 * alone + RuntimeScenario.runner(this.beans, SimulationSettings.DEFAULTS).run(seed, 1);
		}
		assertThat(alone).isEqualTo(together);
	}

	@Test
	void hasAnotherTraceWithAnotherSeed() throws Exception {
		SimulationRunner runner = RuntimeScenario.runner(this.beans, SimulationSettings.DEFAULTS);
		long first = runner.run(1, 1);
		assertThat(RuntimeScenario.runner(this.beans, SimulationSettings.DEFAULTS).run(2, 1)).isNotEqualTo(first);
	}

	@Test
	void reportsTheSeedThatFailsAndReplaysIt() {
		SimulationFailure failure = catchThrowableOfType(SimulationFailure.class, () -> countsAtMost(5).run(1, 1000));
		assertThat(failure).hasMessageContaining("Seed ")
			.hasMessageContaining("at most 5")
			.hasMessageContaining("Replay it with -Drivet.simulation.seed=")
			.hasMessageContaining("calls add[]");
		long seed = Long.parseLong(failure.getMessage().replaceFirst("(?s)Seed (\\d+) .*", "$1"));
		assertThatExceptionOfType(SimulationFailure.class).isThrownBy(() -> countsAtMost(5).run(seed, 1))
			.withMessage(failure.getMessage());
	}

	private SimulationRunner countsAtMost(int most) {
		return runner((simulation) -> {
			simulation.clients(2, "ledger", "x")
				.subscribe("added")
				.mayCall("add")
				.onEvent("added", (client, args) -> assertThat(args.get(0).asInt()).as("at most %d", most)
					.isLessThanOrEqualTo(most));
			simulation.run();
		});
	}

	/** It tries again as a client does, not as fast as it can. */
	@Test
	void reportsAClientThatIsAlwaysRefused() {
		SimulationFailure failure = catchThrowableOfType(SimulationFailure.class, () -> runner((simulation) -> {
			simulation.clients(1, "nowhere", "x");
			simulation.scheduler().schedulePeriodically(() -> {
			}, 0, 100, TimeUnit.MILLISECONDS);
			simulation.run();
		}).run(1, 1));
		assertThat(failure).hasMessageContaining("client 1 cannot connect: ")
			.hasMessageContaining("actor.not_registered");
		long steps = Long.parseLong(failure.getMessage().replaceFirst("(?s).*The last of (\\d+) steps.*", "$1"));
		assertThat(steps).isLessThan(5000);
	}

	@Test
	void sendsParamsAndInput() throws Exception {
		try (AnnotationConfigApplicationContext beans = new AnnotationConfigApplicationContext(Guests.class)) {
			List<String> answers = new ArrayList<>();
			SimulationRunner runner = new SimulationRunner(new SimulatedActors(beans, ActorSettings.DEFAULTS),
					SimulationSettings.DEFAULTS, (simulation) -> runGuests(simulation, answers));
			runner.run(1, 20);
			assertThat(answers).contains("1: inn 1").allMatch(List.of("1: inn 1", "2: inn 2")::contains);
		}
	}

	private static void runGuests(Simulation simulation, List<String> answers) {
		simulation.clients(2, "guests", "x")
			.input(Map.of("house", "inn"))
			.params((number) -> Map.of("room", number))
			.mayCall("where")
			.onAnswer("where", (client, args, result) -> answers.add("%d: %s".formatted(client, result.asString())));
		simulation.run();
	}

	/** Requires params and an input. */
	@Actor("guests")
	static class Guests {

		@CreateState
		String createState(@Input Map<String, String> input) {
			return input.get("house");
		}

		@Action
		String where(ActorContext<String, ?> context, @ConnParams Map<String, Integer> params) {
			return context.state() + " " + params.get("room");
		}

	}

	@Test
	void failsIfTheMethodDoesNotRunIt() {
		assertThatExceptionOfType(SimulationFailure.class)
			.isThrownBy(() -> runner((simulation) -> simulation.clients(1, "ledger", "x")).run(1, 1))
			.withMessageContaining("must call run()");
	}

	@Test
	void requiresClients() {
		assertRejected((Simulation simulation) -> simulation.run(), "A simulation has at least one client");
	}

	@Test
	void rejectsNamesOfWhatIsNotAnAction() {
		assertRejected((SimulatedClients clients) -> clients.mayCall("ad"), "ledger has no action `ad` for clients");
		assertRejected((SimulatedClients clients) -> clients.serverMayCall("ad", (result) -> {
		}), "ledger has no action `ad` for server code");
		assertRejected((SimulatedClients clients) -> clients.onAnswer("ad", (client, args, result) -> {
		}), "ledger has no action `ad` for clients");
		assertRejected((SimulatedClients clients) -> clients.idempotent("ad"), "ledger has no action `ad` for clients");
	}

	private void assertRejected(Consumer<SimulatedClients> described, String message) {
		assertRejected((Simulation simulation) -> {
			described.accept(simulation.clients(1, "ledger", "x"));
			simulation.run();
		}, message);
	}

	private void assertRejected(SimulationRunner.Body body, String message) {
		assertThatExceptionOfType(SimulationFailure.class).isThrownBy(() -> runner(body).run(1, 1))
			.withMessageContaining(message);
	}

	@Test
	void requiresTheModuleOfSeveralNodes() {
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		thread.setContextClassLoader(new FilteredClassLoader("io.rivetevents.cluster"));
		try {
			assertThatIllegalStateException().isThrownBy(() -> SimulationSettings.DEFAULTS.withNodes(3))
				.withMessageContaining("add the dependency io.rivetevents:rivet-events-cluster");
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "block", "blockLater", "blockStage" })
	void reportsAnActionThatFailsAtEachCall(String action) throws Exception {
		try (AnnotationConfigApplicationContext beans = new AnnotationConfigApplicationContext(Blocking.class)) {
			assertThatExceptionOfType(SimulationFailure.class).isThrownBy(() -> runBlocking(beans, action, false))
				.withMessageContaining(
						"an action does not end with rivetkit.internal_error: %s of blocking[x]".formatted(action))
				.withStackTraceContaining("block()/blockFirst()/blockLast() are blocking");
			runBlocking(beans, action, true);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "refuse", "save" })
	void acceptsAnActionThatFailsForAReason(String action) throws Exception {
		try (AnnotationConfigApplicationContext beans = new AnnotationConfigApplicationContext(Blocking.class)) {
			runBlocking(beans, action, false);
		}
	}

	private static void runBlocking(ListableBeanFactory beans, String action, boolean allowed) throws Exception {
		new SimulationRunner(new SimulatedActors(beans, ActorSettings.DEFAULTS), SimulationSettings.DEFAULTS,
				(simulation) -> {
					if (allowed) {
						simulation.allowInternalErrors();
					}
					simulation.clients(2, "blocking", "x").mayCall(action);
					simulation.run();
				})
			.run(1, 5);
	}

	/** Waits on a thread that must not block, or fails on purpose. */
	@Actor("blocking")
	static class Blocking {

		@CreateState
		int[] createState() {
			return new int[1];
		}

		@Action
		void block() {
			Mono.delay(Duration.ofSeconds(1)).block();
		}

		@Action
		Mono<Void> blockLater() {
			return Mono.fromRunnable(this::block);
		}

		@Action
		CompletionStage<Void> blockStage() {
			CompletableFuture<Void> stage = new CompletableFuture<>();
			stage.completeExceptionally(catchThrowable(this::block));
			return stage;
		}

		@Action
		void refuse() {
			throw new UserError("closed", "The shop is closed.");
		}

		@Action
		void save(ActorContext<int[], ?> c) {
			c.state()[0]++;
			c.saveState();
		}

	}

	@Test
	void checksAnInvariantAfterEachStep() {
		assertThatExceptionOfType(SimulationFailure.class).isThrownBy(() -> runner((simulation) -> {
			simulation.clients(1, "ledger", "x");
			simulation.always(
					() -> assertThat(simulation.now()).as("the present").isBefore(VirtualTime.START.plusSeconds(5)));
			simulation.run();
		}).run(1, 1)).withMessageContaining("the present");
	}

	private SimulationRunner runner(SimulationRunner.Body body) {
		return new SimulationRunner(new SimulatedActors(this.beans, ActorSettings.DEFAULTS),
				SimulationSettings.DEFAULTS, body);
	}

}
