/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Lets all faults happen to a cluster, one after the other in an order that the seed
 * chooses, each under calls and clients at all nodes, and checks after each of them what
 * is stored and what clients have received. It runs in the namespace of the clients; its
 * argument is the prefix of the namespaces. Exit status 1: something was lost or is
 * wrong.
 */
final class FaultRun implements AutoCloseable {

	/** Time without a fault before each of them, in seconds. */
	private static final int BASELINE = 4;

	private static final int PATIENCE = 90;

	private final Random random = new Random(Options.seed());

	private final Cluster cluster;

	private Burner burner = new Burner(0);

	private final List<Report> reports = new ArrayList<>();

	private FaultRun(String prefix) throws IOException {
		this.cluster = new Cluster(new Network(prefix), this.random);
	}

	public static void main(String[] args) throws Exception {
		boolean failed;
		try (FaultRun run = new FaultRun(args[0])) {
			run.all();
			failed = run.report();
		}
		System.exit(failed ? 1 : 0);
	}

	private void all() throws Exception {
		this.cluster.database().start();
		// the tables are created by one of them
		this.cluster.nodes().get(0).start();
		this.cluster.nodes().get(0).await();
		this.cluster.start();
		this.burner = new Burner(Options.burner());
		long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(Options.minutes());
		do {
			List<Fault> faults = Options.faults();
			Collections.shuffle(faults, this.random);
			for (Fault fault : faults) {
				Report report = run(fault);
				System.out.println(report);
				this.reports.add(report);
			}
		}
		while (System.nanoTime() < end);
	}

	private Report run(Fault fault) throws Exception {
		this.cluster.start();
		List<Node> nodes = new ArrayList<>(this.cluster.nodes());
		Collections.shuffle(nodes, this.random);
		if (fault.nodes() < nodes.size()) {
			nodes.remove(0).stop();
		}
		List<Node> victims = List.copyOf(nodes.subList(0, fault.hit()));
		await("one cluster before " + fault.name(), () -> Cluster.isOne(nodes, List.of()));
		System.out.printf("%n%s: hits %s of %s%n", fault.name(), victims, nodes);
		try (Traffic traffic = new Traffic(nodes, "%s-%d".formatted(fault.name(), this.reports.size()), fault.fill())) {
			traffic.start();
			return new Scene(fault, nodes, victims, traffic).play();
		}
	}

	private static void await(String what, BooleanSupplier condition) {
		try {
			Awaitility.await().atMost(PATIENCE, TimeUnit.SECONDS).until(condition::getAsBoolean);
		}
		catch (ConditionTimeoutException ex) {
			throw new IllegalStateException("not %s within %d s".formatted(what, PATIENCE), ex);
		}
	}

	/** One fault. */
	private final class Scene {

		private final Fault fault;

		private final List<Node> nodes;

		private final List<Node> victims;

		private final Traffic traffic;

		private final List<String> violations = new ArrayList<>();

		private long memory;

		private long backlog;

		Scene(Fault fault, List<Node> nodes, List<Node> victims, Traffic traffic) {
			this.fault = fault;
			this.nodes = nodes;
			this.victims = victims;
			this.traffic = traffic;
		}

		Report play() throws Exception {
			this.nodes.forEach((node) -> node.removals().clear());
			long start = System.nanoTime();
			last(TimeUnit.SECONDS.toMillis(BASELINE) + FaultRun.this.random.nextInt(1000));
			long begin = System.nanoTime();
			this.fault.begin().run(FaultRun.this.cluster, this.victims);
			last(TimeUnit.SECONDS.toMillis(this.fault.seconds()));
			long end = System.nanoTime();
			this.fault.end().run(FaultRun.this.cluster, this.victims);
			FaultRun.this.cluster.restart(this.nodes);
			long healed = System.nanoTime();
			long served = elapsed("served", healed, () -> this.traffic.isServed(healed));
			long joined = elapsed("one cluster", healed, this::isOne);
			long recovered = System.nanoTime();
			last(TimeUnit.SECONDS.toMillis(2));
			this.traffic.end();
			this.violations.addAll(this.traffic.check());
			List<Traffic.Answer> answers = this.traffic.answers();
			return new Report(this.fault, this.victims, load(), Report.pause(answers, this.victims, begin, recovered),
					Report.removed(this.fault, this.nodes, this.victims), joined, served,
					Report.slow(answers, this.victims, start, begin), Report.slow(answers, this.victims, begin, end),
					this.memory, this.backlog, Report.summary(this.traffic), this.violations);
		}

		private boolean isOne() {
			List<String> ledgers = new ArrayList<>();
			for (int i = 0; i < Traffic.LEDGERS; i++) {
				ledgers.add(this.traffic.ledger(i));
			}
			return Cluster.isOne(this.nodes, ledgers);
		}

		private long elapsed(String what, long since, BooleanSupplier condition) {
			try {
				await(what, condition);
			}
			catch (IllegalStateException ex) {
				this.violations.add(ex.getMessage());
			}
			return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
		}

		/** Lets time pass, and watches the nodes. */
		private void last(long millis) throws Exception {
			long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
			for (long rest = millis; rest > 0; rest = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
				Thread.sleep(Math.min(rest, 500));
				this.memory = Math.max(this.memory, Report.memory(this.nodes));
				for (Node node : this.nodes) {
					if (!this.victims.contains(node)) {
						this.backlog = Math.max(this.backlog, backlog(node));
					}
				}
			}
		}

		private static long backlog(Node node) {
			try {
				return node.status().path("backlog").asLong();
			}
			catch (IOException ex) {
				return 0; // it is measured when the node answers
			}
		}

		private static String load() throws IOException {
			return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
		}

	}

	/** Prints the table; returns whether something must not be. */
	private boolean report() {
		System.out.printf("%nseed %d, burner %d%n%s%n", Options.seed(), Options.burner(), Report.HEAD);
		this.reports.forEach(System.out::println);
		return this.reports.stream()
			.anyMatch((report) -> !report.violations().isEmpty() || (Options.bounds() && report.isBeyondBounds()));
	}

	@Override
	public void close() throws IOException {
		this.burner.close();
		this.cluster.close();
	}

}
