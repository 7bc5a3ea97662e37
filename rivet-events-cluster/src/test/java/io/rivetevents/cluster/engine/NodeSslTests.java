/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Nodes whose messages are encrypted.
 */
class NodeSslTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	@TempDir
	private static Path folder;

	private static KeyStore member;

	private final List<Node> nodes = new ArrayList<>();

	@BeforeAll
	static void createKeys() throws Exception {
		member = TestCertificates.create(folder, "member");
	}

	@AfterEach
	void stopNodes() {
		this.nodes.forEach(Node::close);
	}

	private Node start(int port, List<Integer> ports, @Nullable NodeSsl ssl) {
		return start(port, ports, ssl, Duration.ofSeconds(3));
	}

	private Node start(int port, List<Integer> ports, @Nullable NodeSsl ssl, Duration failureTimeout) {
		Node node = new Node("test", port, Node.discovery(ports), failureTimeout, ssl);
		this.nodes.add(node);
		return node.start();
	}

	@Test
	void joinsNodesThatTrustEachOther() throws Exception {
		List<Integer> ports = Node.freePorts(2);
		NodeSsl ssl = TestCertificates.ssl(member, member);
		Node first = start(ports.get(0), ports, ssl);
		Node second = start(ports.get(1), ports, ssl);
		await().atMost(PATIENCE).until(() -> first.nodes().size() == 2 && second.nodes().size() == 2);
		first.engine.send(second.name, new byte[100_000]);
		await().atMost(PATIENCE).until(() -> second.framesOf(first).size() == 1);
		assertThat(second.framesOf(first).get(0)).hasSize(100_000);
		second.close();
		await().atMost(PATIENCE).until(() -> first.nodes().size() == 1);
		assertThat(first.departed()).containsExactly(second.name);
	}

	/** By its closed sockets, long before a heartbeat is missing. */
	@Test
	@DisabledOnOs(OS.WINDOWS)
	void noticesThatAProcessIsKilled() throws Exception {
		Duration failureTimeout = Duration.ofMinutes(2);
		List<Integer> ports = Node.freePorts(3);
		NodeSsl ssl = TestCertificates.ssl(member, member);
		Node first = start(ports.get(0), ports, ssl, failureTimeout);
		Node second = start(ports.get(1), ports, ssl, failureTimeout);
		try (NodeProcess killed = NodeProcess.start("test", ports.get(2), ports, failureTimeout,
				folder.resolve("member.p12").toString())) {
			await().atMost(PATIENCE).until(() -> first.nodes().size() == 3 && second.nodes().size() == 3);
			assertThat(first.nodes()).contains(killed.name);
			killed.kill();
			long begin = System.nanoTime();
			await().pollInterval(Duration.ofMillis(10))
				.atMost(PATIENCE)
				.until(() -> first.nodes().size() == 2 && second.nodes().size() == 2);
			System.out
				.println("encrypted node killed: noticed after " + (System.nanoTime() - begin) / 1_000_000 + " ms");
			assertThat(first.departed()).isEmpty();
		}
	}

	@Test
	void keepsANodeOutThatDoesNotEncrypt() throws Exception {
		List<Integer> ports = Node.freePorts(2);
		Node first = start(ports.get(0), ports, TestCertificates.ssl(member, member));
		Node second = start(ports.get(1), ports, null);
		await().during(Duration.ofSeconds(3))
			.atMost(PATIENCE)
			.until(() -> first.nodes().size() == 1 && second.nodes().size() == 1);
	}

}
