/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three nodes, a database and clients, each in a network namespace of its own, under all
 * faults that a machine and a network have: see {@link Fault#all()}. Not part of the
 * build; the system property {@code rivet.test.namespaces} switches it on. The others are
 * those of {@link Options}.
 */
@EnabledIfSystemProperty(named = Options.PREFIX + "namespaces", matches = "true")
class NamespaceFaultTests {

	@Test
	void nothingIsLost() throws Exception {
		String obstacle = (Network.obstacle() != null) ? Network.obstacle() : Database.obstacle();
		if (obstacle != null) {
			System.out.println("SKIPPED: " + obstacle);
			Assumptions.abort(obstacle);
		}
		Network.removeAbandoned();
		String prefix = Network.prefix(ProcessHandle.current().pid());
		try (Network network = new Network(prefix)) {
			Thread end = new Thread(network::close);
			Runtime.getRuntime().addShutdownHook(end);
			Cluster.prepare(network);
			assertThat(run(network, prefix)).as("exit status; see the table above").isZero();
			Runtime.getRuntime().removeShutdownHook(end);
		}
	}

	private static int run(Network network, String prefix) throws Exception {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
		command.add("-Xmx512m");
		command.addAll(Options.arguments());
		command.addAll(
				List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
						FaultRun.class.getName(), prefix));
		Process process = new ProcessBuilder(network.within(Cluster.CLIENTS, command)).redirectErrorStream(true)
			.start();
		try (var reader = process.inputReader()) {
			reader.lines().forEach(System.out::println);
		}
		return process.waitFor();
	}

}
