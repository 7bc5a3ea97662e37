/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.jdbc.DatabaseServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Our client and the one that RivetKit has published, in Node, at the nodes that are left
 * when the owner is killed. Needs the packages of {@code sample-app/src/test/client}, and
 * installs them.
 */
@EnabledIfSystemProperty(named = AbstractClusterTests.WHOLE, matches = "true")
class PublishedClientsClusterTests {

	private static final File FOLDER = new File("../sample-app/src/test/client");

	private static final int SOME = 20;

	@Test
	void goOnWhenTheOwnerIsKilled() throws Exception {
		run(FOLDER, "npm", "install", "--no-save", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund");
		try (ProcessCluster cluster = new ProcessCluster(
				PostgresqlClusterTests.properties(DatabaseServer.postgresql()))) {
			for (int kills = 0; kills < 5; kills++) {
				cluster.size(3);
				killOwner(cluster);
			}
		}
	}

	private static void killOwner(ProcessCluster cluster) throws Exception {
		CalledActor book = new CalledActor(cluster, ClusterActors.BOOK);
		ClusterProcess owner = book.owner();
		List<ClusterProcess> others = cluster.without(List.of(owner));
		Process clients = start(book, others);
		try (BufferedReader output = clients.inputReader()) {
			assertThat(output.readLine()).isEqualTo("ready");
			book.call(others);
			book.awaitMore(SOME);
			cluster.kill(List.of(owner));
			book.awaitMore(SOME);
			book.endCalls();
			String last = IntStream.range(0, 3)
				.mapToObj((entry) -> book.add(others.get(0)))
				.collect(Collectors.joining(" "));
			clients.outputWriter().append(last).append("\n").flush();
			check(book, new JsonMapper().readValue(output.readLine(), new TypeReference<>() {
			}), List.of(last.split(" ")));
		}
		finally {
			clients.destroyForcibly();
		}
	}

	private static Process start(CalledActor book, List<ClusterProcess> nodes) throws IOException {
		ProcessBuilder builder = new ProcessBuilder("node", "cluster.mjs").directory(FOLDER)
			.redirectError(ProcessBuilder.Redirect.DISCARD);
		builder.environment().put("RIVET_KEY", book.key());
		builder.environment()
			.put("RIVET_ENDPOINTS",
					nodes.stream()
						.map((node) -> "http://127.0.0.1:%d/rivet".formatted(node.port()))
						.collect(Collectors.joining(",")));
		Process clients = builder.start();
		CompletableFuture.delayedExecutor(3, TimeUnit.MINUTES).execute(clients::destroyForcibly);
		return clients;
	}

	private static void check(CalledActor book, Map<String, List<String>> received, List<String> last) {
		List<String> stored = book.check();
		assertThat(received).hasSize(10);
		received.forEach((client, entries) -> {
			assertThat(entries).as(client).containsAnyElementsOf(last);
			new ReceivedEntries(client, entries, book).check(stored, client.startsWith("own"), true);
		});
	}

	private static void run(File folder, String... command) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(command).directory(folder)
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		CompletableFuture.delayedExecutor(5, TimeUnit.MINUTES).execute(process::destroyForcibly);
		assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
	}

}
