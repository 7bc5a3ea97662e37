/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import io.rivetevents.jdbc.DatabaseServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A fourth node joins three with many instances, as processes with PostgreSQL. With
 * {@code -Drivet.test.instances=100000} the nodes need
 * {@code -Drivet.test.cluster.heap=1g}. Times of calls are printed and not checked.
 */
@EnabledIfSystemProperty(named = FourthNodeTests.INSTANCES, matches = "\\d+")
class FourthNodeTests {

	static final String INSTANCES = "rivet.test.instances";

	private static final int FILLED = 2000;

	private static final int SAMPLE = 200;

	private final int instances = Integer.getInteger(INSTANCES);

	private final Random random = new Random(1);

	@Test
	void noCallFailsWhileAQuarterMovesToIt() {
		Map<String, String> properties = new HashMap<>(PostgresqlClusterTests.properties(DatabaseServer.postgresql()));
		properties.put("rivet.events.actor.sleep-timeout", "never");
		properties.put("rivet.events.limits.node.awake-size", "512MB");
		try (ProcessCluster cluster = new ProcessCluster(properties)) {
			cluster.size(3);
			fill(cluster.nodes());
			List<ClusterProcess> before = List.copyOf(cluster.nodes());
			List<Long> alone = call(before, 500);
			ClusterProcess fourth = cluster.start();
			List<Long> joining = new ArrayList<>();
			CompletableFuture<ClusterProcess> started = CompletableFuture.supplyAsync(fourth::await);
			while (!started.isDone() || !isComplete(fourth)) {
				joining.addAll(call(before, 50));
			}
			assertThat(owned(fourth)).isBetween(SAMPLE / 8L, SAMPLE * 3L / 8);
			System.out.printf("%d instances, load %s; calls before: %s; until the fourth node has its part: %s%n",
					this.instances, load(), text(alone), text(joining));
		}
	}

	/** Returns how many of a sample of the instances a node has. */
	private long owned(ClusterProcess node) {
		String name = node.node();
		return this.random.ints(SAMPLE, 0, this.instances)
			.filter((key) -> node.get("/owner/draft/" + key).body().equals(name))
			.count();
	}

	private static boolean isComplete(ClusterProcess fourth) {
		return fourth.get("/nodes").body().split(",").length == 4 && fourth.get("/expects").body().equals("false");
	}

	private void fill(List<ClusterProcess> nodes) {
		for (int from = 0; from < this.instances; from += FILLED * nodes.size()) {
			List<CompletableFuture<ClusterProcess.Answer>> parts = new ArrayList<>();
			for (int node = 0; node < nodes.size(); node++) {
				ClusterProcess filled = nodes.get(node);
				int first = Math.min(this.instances, from + node * FILLED);
				int end = Math.min(this.instances, first + FILLED);
				parts.add(CompletableFuture.supplyAsync(() -> filled.post("/fill/draft/%d/%d".formatted(first, end))));
			}
			assertThat(parts).allSatisfy((part) -> assertThat(part.join().isOk()).isTrue());
		}
	}

	/** Calls instances one after the other, and returns the times in milliseconds. */
	private List<Long> call(List<ClusterProcess> nodes, int calls) {
		List<Long> times = new ArrayList<>();
		for (int call = 0; call < calls; call++) {
			ClusterProcess node = nodes.get(call % nodes.size());
			int key = this.random.nextInt(this.instances);
			long begun = System.nanoTime();
			assertThat(node.post("/add/draft/%d/next".formatted(key)).status()).isEqualTo(200);
			times.add(Duration.ofNanos(System.nanoTime() - begun).toMillis());
		}
		return times;
	}

	private static String text(List<Long> times) {
		List<Long> sorted = new ArrayList<>(times);
		Collections.sort(sorted);
		return "%d, p50 %d ms, p99 %d ms, at most %d ms".formatted(sorted.size(), sorted.get(sorted.size() / 2),
				sorted.get(sorted.size() * 99 / 100), sorted.get(sorted.size() - 1));
	}

	private static String load() {
		try {
			return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
