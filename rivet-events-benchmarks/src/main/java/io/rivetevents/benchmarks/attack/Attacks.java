/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.rivetevents.benchmarks.attack.Victim.Memory;

/**
 * All attacks, and the code that runs and measures them.
 */
final class Attacks implements AutoCloseable {

	/** Duration of the ramp-up, in milliseconds. */
	private static final long RAMP_UP = 3000;

	private static final long SETTLE = 10_000;

	private static final long BRIEF_SETTLE = 3000;

	private static final long STOP_MILLIS = 8000;

	/**
	 * Attacks within {@code verify}: one or more of each kind, with minimum durations.
	 */
	private static final List<ShortForm> SHORT_FORMS = List.of(new ShortForm("pipeline", 1500, 3),
			new ShortForm("pipeline-call", 1500, 3), new ShortForm("bodies", 1000, 3), new ShortForm("inputs", 1000, 3),
			new ShortForm("instances", 1000, 0), new ShortForm("list", 1500, 3), new ShortForm("streams-cut", 2500, 3),
			new ShortForm("workers-block", 2500, 3), new ShortForm("mailbox-cbor", 1000, 3),
			new ShortForm("mailbox-json", 1000, 3), new ShortForm("violations", 5000, 3),
			new ShortForm("violations-http", 5000, 3), new ShortForm("mailbox-http", 1500, 3),
			new ShortForm("mailbox-sse", 1000, 3), new ShortForm("mailboxes", 1500, 0), new ShortForm("early", 1500, 0),
			new ShortForm("interleave", 1000, 3), new ShortForm("keyed", 1000, 0),
			new ShortForm("leave-websocket", 2000, 3), new ShortForm("hang-up-many", 2000, 3),
			new ShortForm("resolve-busy", 1500, 3), new ShortForm("inputs-nodes", 1500, 0),
			new ShortForm("leave-sse", 2000, 3), new ShortForm("leave-http", 2000, 3),
			new ShortForm("before-connect", 2000, 3), new ShortForm("deflate", 2500, 3),
			new ShortForm("fragments", 1000, 3), new ShortForm("fragments-empty", 1500, 3),
			new ShortForm("frames-unfinished", 1000, 3), new ShortForm("pings", 1500, 0),
			new ShortForm("answers", 1500, 0), new ShortForm("answers-http", 1500, 0),
			new ShortForm("broadcast", 2000, 3), new ShortForm("events-long", 1000, 3),
			new ShortForm("subscriptions", 1500, 0), new ShortForm("history", 1000, 0),
			new ShortForm("idle", 45_000, 3));

	private final Victim victim;

	private final boolean brief;

	private final List<HealthyClient> healthy;

	private final HealthyClient newcomer;

	/**
	 * Starts the healthy clients.
	 * @param victim the server
	 * @param brief whether to run the short forms
	 */
	Attacks(Victim victim, boolean brief) throws InterruptedException {
		this.victim = victim;
		this.brief = brief;
		this.healthy = List.of(HealthyClient.webSocket(victim.address(), "bystander", "healthy"),
				HealthyClient.stream(victim.address(), "bystander", "healthy"),
				HealthyClient.webSocket(victim.address(), "target", "healthy"));
		this.newcomer = HealthyClient.newcomer(victim.address(), "bystander", "newcomer");
		for (HealthyClient client : this.healthy) {
			client.start();
		}
		this.newcomer.start();
		for (HealthyClient client : this.healthy) {
			client.awaitCalls(20, SETTLE);
		}
	}

	static List<Attack> all() {
		return Stream
			.of(StateAttacks.all(), CallAttacks.all(), FrameAttacks.all(), ReaderAttacks.all(), IdleAttacks.all(),
					StateAttacks.filling())
			.flatMap(List::stream)
			.map(Attacks::withShortForm)
			.toList();
	}

	private static Attack withShortForm(Attack attack) {
		return SHORT_FORMS.stream()
			.filter((brief) -> brief.name().equals(attack.name()))
			.findFirst()
			.map((brief) -> attack.brief(brief.millis(), brief.wanted()))
			.orElse(attack);
	}

	/**
	 * Runs an attack and cleans up after it.
	 * @param attack the attack
	 * @return its outcome
	 * @throws Exception if the attack itself failed
	 */
	Outcome run(Attack attack) throws Exception {
		settle();
		Memory before = memory();
		long logged = this.victim.logged();
		long begin = System.nanoTime();
		Scene scene = new Scene(this.victim, this.brief, millis(attack));
		Waits waits;
		try {
			waits = watch(attack, scene);
		}
		finally {
			scene.close();
		}
		long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
		Memory afterwards = memory();
		return new Outcome(attack, scene.counts(), this.brief ? attack.briefWanted() : Scene.WANTED,
				max(waits.rampUp()), max(waits.after()), waits.each(), waits.newcomer(), waits.failures(), before,
				afterwards, (this.victim.logged() - logged) >> 10, seconds, this.victim.alive(), scene.notes());
	}

	private long millis(Attack attack) {
		return this.brief ? attack.briefMillis() : attack.longMillis();
	}

	private Memory memory() throws InterruptedException {
		return this.brief ? Memory.NONE : this.victim.memory();
	}

	/** Attacks, and observes the healthy clients until they have recovered. */
	private Waits watch(Attack attack, Scene scene) throws InterruptedException {
		long millis = millis(attack);
		Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
		Thread attacker = new Thread(() -> {
			try {
				attack.body().run(scene);
			}
			catch (Exception | OutOfMemoryError ex) {
				failures.add(ex);
			}
		}, "attacker");
		attacker.setDaemon(true);
		attacker.start();
		attacker.join(Math.min(RAMP_UP, millis));
		List<HealthyClient> clients = Stream.concat(this.healthy.stream(), scene.bystanders().stream()).toList();
		List<Long> rampUp = clients.stream().map(HealthyClient::takeWorst).toList();
		attacker.join(Math.max(millis - RAMP_UP, 1) + STOP_MILLIS);
		scene.stop();
		attacker.join(STOP_MILLIS);
		if (this.victim.alive() && !failures.isEmpty()) {
			throw new IllegalStateException("The attack " + attack.name() + " failed", failures.peek());
		}
		for (HealthyClient client : clients) {
			client.awaitCalls(this.victim.alive() ? 2 : 0, this.brief ? BRIEF_SETTLE : SETTLE);
		}
		return waits(clients, rampUp);
	}

	private Waits waits(List<HealthyClient> clients, List<Long> rampUp) {
		List<Long> after = clients.stream().map(HealthyClient::takeWorst).toList();
		List<String> each = new ArrayList<>();
		List<String> failures = new ArrayList<>();
		for (int i = 0; i < clients.size(); i++) {
			HealthyClient client = clients.get(i);
			each.add("%s %d/%d ms".formatted(client.name(), rampUp.get(i), after.get(i)));
			client.takeFailures().forEach((failure) -> failures.add(client.name() + ": " + failure));
		}
		String newcomer = "%s %d ms, %d failures".formatted(this.newcomer.name(), this.newcomer.takeWorst(),
				this.newcomer.takeFailures().size());
		return new Waits(rampUp, after, each, newcomer, failures);
	}

	private static long max(List<Long> waits) {
		return waits.stream().mapToLong(Long::longValue).max().orElse(0);
	}

	/**
	 * Waits until the healthy clients have recovered from the last attack, and resets
	 * their waits.
	 */
	private void settle() throws InterruptedException, IOException {
		if (!this.victim.alive()) {
			throw new IOException("The server has ended");
		}
		for (HealthyClient client : this.healthy) {
			client.awaitCalls(3, SETTLE);
			client.takeWorst();
			client.takeFailures();
		}
		this.newcomer.takeWorst();
		this.newcomer.takeFailures();
	}

	@Override
	public void close() {
		this.healthy.forEach(HealthyClient::close);
		this.newcomer.close();
	}

	/**
	 * Observations of the healthy clients during an attack.
	 *
	 * @param rampUp longest wait of each in the first seconds, in milliseconds
	 * @param after longest wait of each afterwards
	 * @param each both, as text
	 * @param newcomer the same for the client that does not affect the result
	 * @param failures failures of the clients
	 */
	private record Waits(List<Long> rampUp, List<Long> after, List<String> each, String newcomer,
			List<String> failures) {
	}

	/**
	 * Short form of an attack.
	 *
	 * @param name name of the attack
	 * @param millis its duration
	 * @param wanted number of times that the bound must be met; 0 if that takes longer
	 */
	private record ShortForm(String name, long millis, int wanted) {
	}

}
