/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.blocks.cs.TcpConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two nodes of this process, and one in a process that is killed or stopped.
 */
@DisabledOnOs(OS.WINDOWS)
class JGroupsProcessTests {

	private static final String CLUSTER = "test";

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final List<AutoCloseable> processes = new ArrayList<>();

	private final List<AutoCloseable> started = new ArrayList<>();

	private List<Integer> ports = List.of();

	@BeforeEach
	void findPorts() {
		this.ports = Node.freePorts(3);
	}

	/** The processes first: a node might wait for one that is stopped. */
	@AfterEach
	void stopAll() throws Exception {
		for (AutoCloseable each : this.processes) {
			each.close();
		}
		for (AutoCloseable each : this.started) {
			each.close();
		}
	}

	/** By its closed socket, long before a heartbeat is missing. */
	@Test
	void noticesThatTheCoordinatorIsKilled() throws IOException {
		Duration failureTimeout = Duration.ofMinutes(2);
		NodeProcess killed = startProcess(0, failureTimeout);
		Node first = start(1, failureTimeout);
		Node second = start(2, failureTimeout);
		awaitAll(first, second, killed);
		assertThat(first.view().nodes().get(0)).isEqualTo(killed.name);
		killed.kill();
		awaitWithout(first, second);
		assertThat(first.departed()).isEmpty();
		assertThat(first.view()).isEqualTo(second.view());
	}

	@Test
	void noticesThatAnotherNodeIsKilled() throws IOException {
		Duration failureTimeout = Duration.ofMinutes(2);
		Node first = start(0, failureTimeout);
		Node second = start(1, failureTimeout);
		NodeProcess killed = startProcess(2, failureTimeout);
		awaitAll(first, second, killed);
		killed.kill();
		awaitWithout(first, second);
		assertThat(second.departed()).isEmpty();
	}

	@Test
	void aStoppedNodeIsRemovedAndJoinsAgainByItself() throws Exception {
		Duration failureTimeout = Duration.ofSeconds(1);
		NodeProcess stopped = startProcess(0, failureTimeout);
		Node first = start(1, failureTimeout);
		Node second = start(2, failureTimeout);
		awaitAll(first, second, stopped);
		stopped.pause();
		awaitWithout(first, second);
		stopped.resume();
		awaitAll(first, second, stopped);
	}

	/** What waits for the stopped node delays no frame and no heartbeat to others. */
	@Test
	void aStoppedNodeUnderLoadDoesNotSeparateTheOthers() throws Exception {
		Duration failureTimeout = Duration.ofSeconds(4);
		Node first = start(0, failureTimeout);
		Node second = start(1, failureTimeout);
		NodeProcess stopped = startProcess(2, failureTimeout);
		awaitAll(first, second, stopped);
		stopped.pause();
		List<CompletableFuture<Void>> floods = List.of(flood(first, stopped), flood(second, stopped));
		int count = 0;
		do {
			first.engine.send(second.name, new byte[] { 1 });
			int sent = ++count;
			await().atMost(Duration.ofSeconds(2)).until(() -> second.framesOf(first).size() == sent);
		}
		while (first.nodes().contains(stopped.name));
		assertThat(floods).allSatisfy((flood) -> assertThat(flood).failsWithin(PATIENCE)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(IllegalStateException.class));
		awaitWithout(first, second);
		assertThat(first.views.subList(1, first.views.size()))
			.allSatisfy((view) -> assertThat(view.nodes()).contains(first.name, second.name));
	}

	/**
	 * What waits for a node that was removed keeps its new connection full. The other
	 * nodes do not wait until that connection closes.
	 */
	@Test
	void aConnectionThatIsNotReadDelaysNoViewAndNoStop() throws Exception {
		Duration failureTimeout = Duration.ofSeconds(1);
		Node first = start(0, failureTimeout);
		Node second = start(1, failureTimeout);
		NodeProcess stopped = startProcess(2, failureTimeout);
		awaitAll(first, second, stopped);
		JChannel channel = ((JGroupsEngine) first.engine).channel();
		Address away = channel.view().getMembers().get(2);
		stopped.pause();
		awaitWithout(first, second);
		for (int i = 0; i < 500; i++) {
			channel.send(new BytesMessage(away, new byte[60_000]).setFlag(Message.Flag.NO_FC));
		}
		await().atMost(PATIENCE).during(Duration.ofSeconds(1)).until(JGroupsProcessTests::isWriting);
		second.close();
		await().atMost(Duration.ofSeconds(10)).until(() -> first.nodes().equals(Set.of(first.name)));
		assertThat(CompletableFuture.runAsync(first::close)).succeedsWithin(Duration.ofSeconds(10));
	}

	private static boolean isWriting() {
		return Thread.getAllStackTraces()
			.values()
			.stream()
			.flatMap(Stream::of)
			.anyMatch((frame) -> frame.getClassName().equals(TcpConnection.class.getName())
					&& frame.getMethodName().equals("send"));
	}

	private static CompletableFuture<Void> flood(Node from, NodeProcess to) {
		return CompletableFuture.runAsync(() -> {
			while (true) {
				from.engine.send(to.name, new byte[10_000]);
			}
		}, (task) -> new Thread(task, "flood").start());
	}

	private Node start(int index, Duration failureTimeout) {
		Node node = new Node(CLUSTER, this.ports.get(index), Node.discovery(this.ports), failureTimeout);
		this.started.add(node);
		return node.start();
	}

	private NodeProcess startProcess(int index, Duration failureTimeout) throws IOException {
		NodeProcess process = NodeProcess.start(CLUSTER, this.ports.get(index), this.ports, failureTimeout);
		this.processes.add(process);
		await().atMost(PATIENCE).until(() -> !process.nodes().isEmpty());
		return process;
	}

	private static void awaitAll(Node first, Node second, NodeProcess process) {
		Set<String> all = Set.of(first.name, second.name, process.name);
		await().atMost(PATIENCE)
			.until(() -> Stream.of(first.nodes(), second.nodes(), process.nodes()).allMatch(all::equals));
	}

	private static void awaitWithout(Node first, Node second) {
		Set<String> both = Set.of(first.name, second.name);
		await().pollInterval(Duration.ofMillis(10))
			.atMost(PATIENCE)
			.until(() -> first.nodes().equals(both) && second.nodes().equals(both));
	}

}
