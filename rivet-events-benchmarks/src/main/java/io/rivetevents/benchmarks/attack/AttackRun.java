/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Runs attacks on a server in sequence, and prints how each has affected it. See the
 * README of this module.
 */
public final class AttackRun {

	private static final long RAMP_UP_MILLIS = 2000;

	private static final long AFTER_MILLIS = 1000;

	private static final Path LOGS = Path.of("target", "attack");

	private final Options options;

	private final PrintStream out;

	private int servers;

	private AttackRun(Options options, PrintStream out) {
		this.options = options;
		this.out = out;
	}

	/**
	 * Runs the attacks. The exit code is 0 if the server has held each of them.
	 * @param args options, and names of attacks; all attacks if there are none
	 */
	public static void main(String[] args) throws Exception {
		Options options = Options.of(args);
		if (options.list()) {
			System.out.println("| Attack | What it does | Counts as the bound |");
			System.out.println("| --- | --- | --- |");
			Attacks.all()
				.forEach((attack) -> System.out.printf("| %s | %s | %s |%n", attack.name(), attack.does(),
						attack.bound()));
			return;
		}
		System.exit(new AttackRun(options, System.out).run() ? 0 : 1);
	}

	private boolean run() throws Exception {
		List<Outcome> outcomes = new ArrayList<>();
		this.out.println("| attack | bound met | wait at first | wait then | failures | RSS/heap/direct before "
				+ "| after | log | time | server |");
		this.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
		for (boolean compression : new boolean[] { false, true }) {
			List<Attack> attacks = this.options.attacks()
				.stream()
				.filter((attack) -> attack.compression() == compression)
				.toList();
			runOn(compression, attacks, outcomes);
		}
		this.out.println();
		outcomes.forEach((outcome) -> this.out.println("- " + outcome.details()));
		long held = outcomes.stream().filter(AttackRun::held).count();
		this.out.printf("%n%d of %d attacks held%n", held, outcomes.size());
		return held == outcomes.size();
	}

	private static boolean held(Outcome outcome) {
		return outcome.faults(RAMP_UP_MILLIS, AFTER_MILLIS).isEmpty();
	}

	/**
	 * Uses one server for all attacks, unless it has ended or each attack requires a new
	 * one.
	 */
	private void runOn(boolean compression, List<Attack> attacks, List<Outcome> outcomes) throws Exception {
		int next = 0;
		while (next < attacks.size()) {
			Path log = LOGS.resolve("victim-" + (++this.servers) + ".log");
			try (Victim victim = Victim.start(this.options.classPath(), log, "--server.http2.enabled=" + compression,
					"--rivet.events.websocket.compression=" + compression);
					Attacks running = new Attacks(victim, this.options.brief())) {
				do {
					Outcome outcome = running.run(attacks.get(next++).atMost(this.options.most()));
					outcomes.add(outcome);
					print(outcome);
				}
				while (next < attacks.size() && victim.alive() && !this.options.separate());
			}
		}
	}

	private void print(Outcome outcome) {
		this.out.printf(Locale.ROOT, "| %s | %d of %d | %d ms | %d ms | %d | %s | %s | %d KB | %d s | %s |%n",
				outcome.attack().name(), outcome.count(), outcome.wanted(), outcome.rampUp(), outcome.after(),
				outcome.failures().size(), outcome.before(), outcome.afterwards(), outcome.logged(), outcome.seconds(),
				outcome.verdict(RAMP_UP_MILLIS, AFTER_MILLIS));
	}

	/**
	 * Options of the command line.
	 *
	 * @param attacks the attacks
	 * @param brief whether to run the short forms
	 * @param separate whether to start a new server for each attack
	 * @param most maximum duration of each attack in milliseconds
	 * @param list whether to only list the attacks
	 * @param classPath class path of the server
	 */
	private record Options(List<Attack> attacks, boolean brief, boolean separate, long most, boolean list,
			String classPath) {

		static Options of(String[] args) {
			List<String> names = new ArrayList<>();
			boolean brief = false;
			boolean separate = false;
			long most = Long.MAX_VALUE;
			boolean list = false;
			String classPath = System.getProperty("java.class.path");
			for (int i = 0; i < args.length; i++) {
				switch (args[i]) {
					case "--short" -> brief = true;
					case "--separate" -> separate = true;
					case "--seconds" -> most = TimeUnit.SECONDS.toMillis(Long.parseLong(args[++i]));
					case "--list" -> list = true;
					case "--class-path" -> classPath = args[++i];
					default -> names.add(args[i]);
				}
			}
			return new Options(select(names, brief), brief, separate, most, list, classPath);
		}

		private static List<Attack> select(List<String> names, boolean brief) {
			List<Attack> all = Attacks.all();
			names.stream()
				.filter((name) -> all.stream().noneMatch((attack) -> attack.name().equals(name)))
				.findFirst()
				.ifPresent((name) -> {
					throw new IllegalArgumentException("Unknown attack '%s'; --list prints the names".formatted(name));
				});
			return all.stream()
				.filter((attack) -> names.isEmpty() || names.contains(attack.name()))
				.filter((attack) -> !brief || attack.briefMillis() > 0)
				.toList();
		}

	}

}
