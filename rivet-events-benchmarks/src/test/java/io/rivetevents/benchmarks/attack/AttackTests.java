/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The short form of the attack run: one server for all attacks, one more for those that
 * need compression. A server that has died is replaced, so that the attacks after it are
 * still tested.
 */
class AttackTests {

	/** More than in the long form: the machines of a build are busy. */
	private static final long WAIT_MILLIS = 2000;

	/** The attack that waits for deadlines, beside which all others run. */
	private static final String IDLE = "idle";

	private static final Map<Boolean, Running> servers = new ConcurrentHashMap<>();

	@TestFactory
	Stream<DynamicTest> survives() throws Exception {
		List<Attack> attacks = Attacks.all().stream().filter((attack) -> attack.briefMillis() > 0).toList();
		Attack idle = attacks.stream().filter((attack) -> attack.name().equals(IDLE)).findFirst().orElseThrow();
		Idle waiting = new Idle(server(false).victim, idle);
		return Stream.concat(
				attacks.stream()
					.filter((attack) -> attack != idle)
					.map((attack) -> DynamicTest.dynamicTest(attack.name(), () -> survives(attack))),
				Stream.of(DynamicTest.dynamicTest(IDLE, waiting::areClosed)));
	}

	private static void survives(Attack attack) throws Exception {
		Outcome outcome = server(attack.compression()).attacks.run(attack);
		assertThat(outcome.faults(WAIT_MILLIS, WAIT_MILLIS)).as(outcome.details()).isEmpty();
	}

	private static Running server(boolean compression) throws Exception {
		Running running = servers.get(compression);
		if (running == null || !running.victim.alive()) {
			if (running != null) {
				running.close();
			}
			running = new Running(compression);
			servers.put(compression, running);
		}
		return running;
	}

	@AfterAll
	static void stop() {
		servers.values().forEach(Running::close);
		servers.clear();
	}

	private static final class Running {

		private final Victim victim;

		private final Attacks attacks;

		Running(boolean compression) throws IOException, InterruptedException {
			this.victim = Victim.start(System.getProperty("java.class.path"),
					Path.of("target", "attack", "tests-" + System.nanoTime() + ".log"),
					"--server.http2.enabled=" + compression, "--rivet.events.websocket.compression=" + compression);
			this.attacks = new Attacks(this.victim, true);
		}

		void close() {
			this.attacks.close();
			this.victim.close();
		}

	}

	/** Connections that begin something and do not end it, while others attack. */
	private static final class Idle {

		private final Scene scene;

		private final Thread thread;

		Idle(Victim victim, Attack attack) {
			this.scene = new Scene(victim, true, attack.briefMillis());
			this.thread = new Thread(() -> {
				try {
					attack.body().run(this.scene);
				}
				catch (Exception ex) {
					this.scene.note(ex.toString());
				}
			}, IDLE);
			this.thread.setDaemon(true);
			this.thread.start();
		}

		void areClosed() throws InterruptedException {
			this.thread.join(TimeUnit.SECONDS.toMillis(30));
			this.scene.close();
			assertThat(this.scene.notes()).as("%s", this.scene.counts()).isEmpty();
			assertThat(this.scene.count()).isPositive();
		}

	}

}
