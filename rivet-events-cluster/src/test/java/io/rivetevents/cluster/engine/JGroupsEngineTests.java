/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jgroups.JChannel;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.TCP;
import org.jgroups.stack.ProtocolStack;
import org.jgroups.stack.ProtocolStack.Position;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.rivetevents.cluster.LogLines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Several engines in one process.
 */
class JGroupsEngineTests {

	private static final String CLUSTER = "test";

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final int NUMBERS = 100_000;

	private final List<Node> nodes = new ArrayList<>();

	@AfterEach
	void stopNodes() {
		this.nodes.forEach(Node::close);
	}

	@Test
	void formsACluster() {
		List<Node> nodes = start(3);
		awaitView(nodes);
		assertThat(nodes).allSatisfy((node) -> {
			assertThat(node.view().nodes()).isEqualTo(nodes.get(0).view().nodes());
			assertThat(node.view().number()).isEqualTo(nodes.get(0).view().number());
			assertThat(node.views).extracting(ClusterView::number).isSorted().doesNotHaveDuplicates();
			assertThat(node.views).allSatisfy((view) -> assertThat(view.nodes()).contains(node.name));
		});
	}

	/** Others that start at the same moment are not all there at first. */
	@Test
	void searchesForOthersAgainWhileItJoins() {
		int port = Node.freePorts(1).get(0);
		AtomicInteger searches = new AtomicInteger();
		Discovery discovery = (cluster) -> {
			searches.incrementAndGet();
			return List.of();
		};
		add(new Node(CLUSTER, port, discovery)).start();
		assertThat(searches).hasValueGreaterThan(1);
	}

	@Test
	void isAloneAfterTheStartWithoutOthers() {
		Node node = start(1).get(0);
		assertThat(node.view().nodes()).containsExactly(node.name);
		assertThat(node.view().departed()).isEmpty();
	}

	@Test
	void leavesWithAGoodbye() {
		List<Node> nodes = start(3);
		awaitView(nodes);
		nodes.get(0).close();
		awaitView(nodes.subList(1, 3));
		assertThat(nodes.get(1).departed()).containsExactly(nodes.get(0).name);
		assertThat(nodes.get(2).departed()).containsExactly(nodes.get(0).name);
		int views = nodes.get(0).views.size();
		nodes.get(1).close();
		awaitView(nodes.subList(2, 3));
		assertThat(nodes.get(2).departed()).containsExactlyInAnyOrder(nodes.get(0).name, nodes.get(1).name);
		assertThat(nodes.get(0).views).hasSize(views);
	}

	@Test
	void deliversEveryFrameInOrderUnderLoadInBothDirections() {
		List<Node> nodes = start(2);
		awaitView(nodes);
		Numbers ofFirst = new Numbers();
		Numbers ofSecond = new Numbers();
		nodes.get(0).receiver = ofSecond;
		nodes.get(1).receiver = ofFirst;
		CompletableFuture<Void> first = send(nodes.get(0), nodes.get(1), NUMBERS);
		CompletableFuture<Void> second = send(nodes.get(1), nodes.get(0), NUMBERS);
		assertThat(CompletableFuture.allOf(first, second)).succeedsWithin(PATIENCE);
		await().atMost(PATIENCE).until(() -> ofFirst.count() == NUMBERS && ofSecond.count() == NUMBERS);
		assertThat(ofFirst.inOrder()).isTrue();
		assertThat(ofSecond.inOrder()).isTrue();
	}

	@Test
	void deliversLargeFramesBetweenSmallOnes() {
		List<Node> nodes = start(2);
		awaitView(nodes);
		Node from = nodes.get(0);
		Node to = nodes.get(1);
		byte[] large = new byte[16 * 1024 * 1024];
		new Random(1).nextBytes(large);
		byte[] small = { 1, 2, 3 };
		for (byte[] frame : List.of(small, large, small, large, small)) {
			from.engine.send(to.name, frame);
		}
		await().atMost(PATIENCE).until(() -> to.framesOf(from).size() == 5);
		assertThat(to.framesOf(from).stream().map(Arrays::hashCode)).containsExactly(Arrays.hashCode(small),
				Arrays.hashCode(large), Arrays.hashCode(small), Arrays.hashCode(large), Arrays.hashCode(small));
	}

	/** The frames that are sent to it wait for credits, those to others do not. */
	@Test
	void aBlockedReceiverBlocksOnlyItsSender() {
		List<Node> nodes = start(3);
		awaitView(nodes);
		Node blocked = nodes.get(0);
		Node sender = nodes.get(1);
		Node other = nodes.get(2);
		CountDownLatch release = new CountDownLatch(1);
		Numbers numbers = new Numbers();
		blocked.receiver = (node, frame) -> {
			if (node.equals(sender.name)) {
				awaitUninterruptibly(release);
				numbers.accept(node, frame);
			}
			else {
				blocked.framesOf(other).add(frame);
			}
		};
		Numbers ofSender = new Numbers();
		other.receiver = ofSender;
		try {
			int count = 40;
			AtomicInteger sent = new AtomicInteger();
			CompletableFuture<Void> blocking = CompletableFuture.runAsync(() -> {
				for (int number = 0; number < count; number++) {
					sender.engine.send(blocked.name, number(number, 100_000));
					sent.incrementAndGet();
				}
			});
			assertThat(send(sender, other, NUMBERS)).succeedsWithin(PATIENCE);
			await().atMost(PATIENCE).until(() -> ofSender.count() == NUMBERS);
			other.engine.send(blocked.name, new byte[] { 1 });
			await().atMost(PATIENCE).until(() -> blocked.framesOf(other).size() == 1);
			// a request for credits after each of some times of 500 ms gets none
			await().during(Duration.ofSeconds(3)).atMost(PATIENCE).until(() -> sent.get() < 20);
			release.countDown();
			assertThat(blocking).succeedsWithin(PATIENCE);
			await().atMost(PATIENCE).until(() -> numbers.count() == count);
			assertThat(numbers.inOrder()).isTrue();
		}
		finally {
			release.countDown();
		}
	}

	@Test
	void aSenderThatWaitsForCreditsEndsWithTheNodeThatItSendsTo() {
		List<Node> nodes = start(2);
		awaitView(nodes);
		CountDownLatch release = new CountDownLatch(1);
		nodes.get(0).receiver = (node, frame) -> awaitUninterruptibly(release);
		try {
			CompletableFuture<Void> blocking = CompletableFuture.runAsync(() -> {
				while (true) {
					nodes.get(1).engine.send(nodes.get(0).name, new byte[100_000]);
				}
			});
			channel(nodes.get(0)).getProtocolStack().insertProtocol(discardAll(), Position.ABOVE, TCP.class);
			assertThat(blocking).failsWithin(PATIENCE)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(IllegalStateException.class)
				.withMessageContaining("not in the view");
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
		finally {
			release.countDown();
		}
	}

	@Test
	void joinsAgainAfterAPartition() throws Exception {
		List<Node> nodes = start(3);
		awaitView(nodes);
		Node away = nodes.get(2);
		ProtocolStack stack = channel(away).getProtocolStack();
		stack.insertProtocol(discardAll(), Position.ABOVE, TCP.class);
		awaitView(nodes.subList(0, 2));
		awaitView(List.of(away));
		assertThat(nodes.get(0).departed()).isEmpty();
		assertThat(away.departed()).isEmpty();
		stack.removeProtocol(DISCARD.class);
		awaitView(nodes);
		assertThat(nodes).allSatisfy((node) -> {
			assertThat(node.view()).isEqualTo(away.view());
			assertThat(node.views).extracting(ClusterView::number).isSorted().doesNotHaveDuplicates();
		});
		Numbers numbers = new Numbers();
		away.receiver = numbers;
		assertThat(send(nodes.get(0), away, 1000)).succeedsWithin(PATIENCE);
		await().atMost(PATIENCE).until(() -> numbers.count() == 1000);
		assertThat(numbers.inOrder()).isTrue();
	}

	private static DISCARD discardAll() {
		return new DISCARD().discardAll(true);
	}

	@Test
	void keepsClustersOfDifferentNamesApart() {
		List<Integer> ports = Node.freePorts(2);
		Node first = add(new Node("a", ports.get(0), Node.discovery(ports))).start();
		Node second = add(new Node("b", ports.get(1), Node.discovery(ports))).start();
		await().during(Duration.ofSeconds(3))
			.atMost(PATIENCE)
			.until(() -> first.nodes().size() + second.nodes().size() == 2);
	}

	@Test
	void rejectsFramesForNodesThatAreNotInTheView() {
		Node node = start(1).get(0);
		String unknown = UUID.randomUUID().toString();
		assertThatIllegalStateException().isThrownBy(() -> node.engine.send(unknown, new byte[1]))
			.withMessage("Node %s is not in the view", unknown);
		node.close();
		assertThatIllegalStateException().isThrownBy(() -> node.engine.send(node.name, new byte[1]));
	}

	@Test
	void namesNodesByTheirAddressInTheLog() {
		List<Integer> ports = Node.freePorts(2);
		try (LogLines log = new LogLines(JGroupsEngine.class)) {
			Node first = add(new Node(CLUSTER, ports.get(0), Node.discovery(ports))).start();
			assertThat(log.lines()).last()
				.isEqualTo("Joined the cluster '%s' as node %s, 1 node; no node has answered at 127.0.0.1:%d"
					.formatted(CLUSTER, first.name, ports.get(1)));
			Node second = add(new Node(CLUSTER, ports.get(1), Node.discovery(ports))).start();
			String description = "%s (127.0.0.1:%d)".formatted(second.name, second.port);
			await().untilAsserted(() -> assertThat(log.lines())
				.contains("Node %s has joined, 2 nodes in '%s'".formatted(description, CLUSTER))
				.contains("Joined the cluster '%s' as node %s, 2 nodes".formatted(CLUSTER, second.name)));
			second.close();
			await().untilAsserted(() -> assertThat(log.lines())
				.contains("Node %s has left, 1 node in '%s'".formatted(description, CLUSTER)));
		}
	}

	@Test
	void saysWhichPortIsInUse() {
		Node first = start(1).get(0);
		Node second = add(new Node(CLUSTER, first.port, Node.discovery(List.of(first.port))));
		assertThatIllegalStateException().isThrownBy(second::start)
			.withMessageStartingWith("Port %d for connections between nodes cannot be used: ", first.port);
		assertThat(second.views).isEmpty();
		assertThat(first.nodes()).containsExactly(first.name);
	}

	@Test
	void usesAConfigurationOfTheApplication() {
		List<Node> nodes = Stream.generate(() -> add(new Node(CLUSTER, "io/rivetevents/cluster/engine/loopback.xml")))
			.limit(2)
			.map(Node::start)
			.toList();
		awaitView(nodes);
		nodes.get(0).close();
		awaitView(nodes.subList(1, 2));
		assertThat(nodes.get(1).departed()).containsExactly(nodes.get(0).name);
	}

	private List<Node> start(int count) {
		List<Integer> ports = Node.freePorts(count);
		return ports.stream().map((port) -> add(new Node(CLUSTER, port, Node.discovery(ports))).start()).toList();
	}

	private Node add(Node node) {
		this.nodes.add(node);
		return node;
	}

	private static JChannel channel(Node node) {
		return Objects.requireNonNull(((JGroupsEngine) node.engine).channel());
	}

	/** Waits until nodes have exactly each other in their views. */
	private static void awaitView(List<Node> nodes) {
		Set<String> names = nodes.stream().map((node) -> node.name).collect(Collectors.toSet());
		await().atMost(PATIENCE).until(() -> nodes.stream().allMatch((node) -> node.nodes().equals(names)));
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** Sends numbers from 0 in frames of different sizes. */
	private static CompletableFuture<Void> send(Node from, Node to, int count) {
		Random random = new Random(count);
		return CompletableFuture.runAsync(() -> {
			for (int number = 0; number < count; number++) {
				from.engine.send(to.name, number(number, Integer.BYTES + random.nextInt(500)));
			}
		});
	}

	private static byte[] number(int number, int size) {
		return ByteBuffer.allocate(size).putInt(number).array();
	}

	/** Counts numbers that arrive in order. */
	private static final class Numbers implements BiConsumer<String, byte[]> {

		private final AtomicInteger count = new AtomicInteger();

		private volatile boolean inOrder = true;

		@Override
		public void accept(String node, byte[] frame) {
			if (ByteBuffer.wrap(frame).getInt() != this.count.get()) {
				this.inOrder = false;
			}
			this.count.incrementAndGet();
		}

		int count() {
			return this.count.get();
		}

		boolean inOrder() {
			return this.inOrder;
		}

	}

}
