/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.backplane;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.extension.Selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests the contract of every {@link Backplane}. Extend it to test an implementation, and
 * create nodes that are connected to each other:
 *
 * <pre>{@code
 * class MyBackplaneTests extends AbstractBackplaneTests {
 *
 *     &#64;Override
 *     protected Backplane createNode() {
 *         return new MyBackplane("localhost", 1234);
 *     }
 *
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
public abstract class AbstractBackplaneTests {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final List<Node> nodes = new ArrayList<>();

	/** A node, and the messages that it has received. */
	private static final class Node {

		private final Backplane backplane;

		private final Queue<AddressedEvent> received = new ConcurrentLinkedQueue<>();

		private final Queue<NodeCommand> commands = new ConcurrentLinkedQueue<>();

		/** Events and commands in the order of their arrival. */
		private final Queue<Object> all = new ConcurrentLinkedQueue<>();

		Node(Backplane backplane) {
			this.backplane = backplane;
		}

		void start() {
			start((event) -> {
				this.received.add(event);
				this.all.add(event.event());
			}, (command) -> {
				this.commands.add(command);
				this.all.add(command);
			});
		}

		void start(Consumer<AddressedEvent> events, Consumer<NodeCommand> commands) {
			this.backplane.start(events, commands);
			Awaitility.await().atMost(PATIENCE).until(() -> this.backplane.status().connected());
		}

		List<String> events() {
			return this.received.stream().map(AddressedEvent::event).toList();
		}

	}

	/**
	 * Creates a node that is connected to the other nodes of this test, and not yet
	 * started.
	 */
	protected abstract Backplane createNode();

	/**
	 * Returns whether nodes are connected to each other. If not, tests that require
	 * several nodes are skipped.
	 */
	protected boolean joinsNodes() {
		return true;
	}

	@BeforeEach
	void startNodes() {
		for (int i = 0; i < 3; i++) {
			Node node = new Node(createNode());
			node.start();
			this.nodes.add(node);
		}
	}

	@AfterEach
	void stopNodes() {
		this.nodes.forEach((node) -> node.backplane.stop());
		this.nodes.clear();
	}

	@Test
	void bringsEventsToTheOthersAndNotBack() {
		assumeJoined();
		publish(0, "hello");
		await(1, "hello");
		await(2, "hello");
		publish(1, "end");
		await(0, "end");
		assertThat(this.nodes.get(0).events()).containsExactly("end");
	}

	@Test
	void bringsNothingBack() {
		publish(0, "hello");
		assertThat(this.nodes.get(0).received).isEmpty();
	}

	@Test
	void keepsAllThatAnEventSays() {
		assumeJoined();
		List<JsonNode> args = List.of(NODES.stringNode("grüße \u2028 \uD83D\uDE00 \"quoted\""), NODES.numberNode(42),
				NODES.numberNode(9007199254740991L), NODES.numberNode(1.5), NODES.booleanNode(true), NODES.nullNode(),
				NODES.arrayNode().add(1).add("two"), NODES.objectNode().put("a", 1).set("b", NODES.objectNode()),
				NODES.numberNode(new BigInteger("123456789012345678901234567890")),
				NODES.binaryNode(new byte[] { 0, 1, -1 }));
		List<AddressedEvent> sent = List.of(
				new AddressedEvent(Selection.ALL, true, "all", args, Set.of("a", "b"), true),
				new AddressedEvent(new Selection.User("ada \"x\" ü"), false, "namespace.user", List.of(), Set.of(),
						false),
				new AddressedEvent(new Selection.User("ada", "https://issuer.example"), false, "user", List.of(),
						Set.of(), false),
				new AddressedEvent(Selection.ALL, false, "again", List.of(), Set.of(), false, "0193788b1a2b0000"));
		sent.forEach(this.nodes.get(0).backplane::publish);
		awaitReceived(1, 4);
		assertThat(this.nodes.get(1).received).containsExactlyElementsOf(sent);
	}

	@Test
	void confirmsThatAnEventIsPublished() {
		assumeJoined();
		Backplane backplane = this.nodes.get(0).backplane;
		backplane.publishConfirmed(event("first")).block(PATIENCE);
		backplane.publishConfirmed(event("second")).block(PATIENCE);
		awaitReceived(1, 2);
		assertThat(this.nodes.get(1).events()).containsExactly("first", "second");
		assertThat(backplane.reachesOtherNodes()).isTrue();
	}

	@Test
	void keepsTheOrderOfAPublisher() {
		assumeJoined();
		int count = 10_000;
		IntStream.range(0, count).forEach((i) -> publish(0, "e" + i));
		awaitReceived(1, count);
		assertThat(this.nodes.get(1).events())
			.containsExactlyElementsOf(IntStream.range(0, count).mapToObj((i) -> "e" + i).toList());
		// the publisher may receive the confirmation after the event has arrived
		Awaitility.await().atMost(PATIENCE).until(() -> this.nodes.get(0).backplane.status().published() == count);
		assertThat(this.nodes.get(1).backplane.status().received()).isEqualTo(count);
		assertThat(this.nodes.get(1).backplane.status().lost()).isZero();
	}

	@Test
	void keepsTheOrderOfEachThread() throws InterruptedException {
		assumeJoined();
		int each = 1000;
		List<Thread> threads = Stream.of("a", "b", "c", "d")
			.map((name) -> new Thread(() -> IntStream.range(0, each).forEach((i) -> publish(0, name + i))))
			.toList();
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			thread.join();
		}
		awaitReceived(2, 4 * each);
		for (String name : List.of("a", "b", "c", "d")) {
			assertThat(this.nodes.get(2).events().stream().filter((event) -> event.startsWith(name)))
				.containsExactlyElementsOf(IntStream.range(0, each).mapToObj((i) -> name + i).toList());
		}
		assertThat(this.nodes.get(2).backplane.status().lost()).isZero();
	}

	@Test
	void takesOnlyWhatTravels() {
		Backplane backplane = this.nodes.get(0).backplane;
		for (Selection selection : List.of(new Selection.These(Set.of("id")), new Selection.AllExcept(Set.of("id")),
				new Selection.AllExceptUser("ada"), new Selection.Where((connection) -> true))) {
			assertThatIllegalArgumentException().isThrownBy(
					() -> backplane.publish(new AddressedEvent(selection, false, "event", List.of(), Set.of(), false)));
		}
	}

	@Test
	void publishesNothingBeforeItsStartAndAfterItsEnd() {
		Backplane early = createNode();
		early.publish(event("early"));
		if (early.carriesCommands()) {
			early.publish(closeUser("early"));
		}
		assertThat(early.status().connected()).isFalse();
		this.nodes.get(0).backplane.stop();
		publish(0, "late");
		assertThat(this.nodes.get(0).backplane.status().connected()).isFalse();
		if (joinsNodes()) {
			publish(1, "end");
			await(2, "end");
			assertThat(this.nodes.get(2).events()).containsExactly("end");
			assertThat(this.nodes.get(0).backplane.status().notPublished()).isEqualTo(1);
		}
	}

	@Test
	void startsAgain() {
		this.nodes.get(0).backplane.stop();
		this.nodes.get(0).start();
		publish(0, "again");
		if (joinsNodes()) {
			await(1, "again");
			publish(1, "back");
			await(0, "back");
			assertThat(this.nodes.get(0).events()).containsExactly("back");
		}
	}

	@Test
	void goesOnWhenAReceiverFails() {
		assumeJoined();
		Node failing = this.nodes.get(0);
		failing.backplane.stop();
		failing.start((dispatch) -> {
			failing.received.add(dispatch);
			throw new IllegalStateException("a receiver that fails");
		}, (command) -> {
			failing.commands.add(command);
			throw new IllegalStateException("a receiver that fails");
		});
		publish(1, "first");
		publish(1, "second");
		Awaitility.await().atMost(PATIENCE).until(() -> failing.received.size() == 2);
		if (failing.backplane.carriesCommands()) {
			command(1, closeUser("first"));
			command(1, closeUser("second"));
			Awaitility.await().atMost(PATIENCE).until(() -> failing.commands.size() == 2);
		}
	}

	@Test
	void bringsCommandsToTheOthersAndNotBack() {
		assumeJoined();
		assumeCommands();
		command(0, closeUser("ada"));
		awaitCommands(1, 1);
		awaitCommands(2, 1);
		command(1, closeUser("end"));
		awaitCommands(0, 1);
		assertThat(this.nodes.get(0).commands).containsExactly(closeUser("end"));
		assertThat(this.nodes.get(2).backplane.status().malformed()).isZero();
	}

	@Test
	void keepsAllThatACommandSays() {
		assumeJoined();
		assumeCommands();
		List<NodeCommand> sent = List.of(closeUser("ada \"x\" ü"),
				new NodeCommand.CloseUser("ada", "https://issuer.example"),
				new NodeCommand.CloseSession("a \"session\" \u2028"), new NodeCommand.Drain("node 1"),
				new NodeCommand.DisconnectUser("ada", "https://issuer.example", "moved \"x\" ü"),
				new NodeCommand.DisconnectUser("ada", null, ""),
				new NodeCommand.ReauthenticateUser("ada \"x\" ü", "https://issuer.example"),
				new NodeCommand.ReauthenticateUser("ada", null), new NodeCommand.RevokeConnections(Set.of("a", "b")));
		sent.forEach((command) -> command(0, command));
		awaitCommands(1, sent.size());
		assertThat(this.nodes.get(1).commands).containsExactlyElementsOf(sent);
	}

	@Test
	void keepsTheOrderOfEventsAndCommands() {
		assumeJoined();
		assumeCommands();
		List<Object> sent = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			publish(0, "e" + i);
			command(0, closeUser("u" + i));
			sent.addAll(List.of("e" + i, closeUser("u" + i)));
		}
		awaitCommands(1, 1000);
		assertThat(this.nodes.get(1).all).containsExactlyElementsOf(sent);
		assertThat(this.nodes.get(1).backplane.status().lost()).isZero();
		assertThat(this.nodes.get(1).backplane.status().received()).isEqualTo(2000);
	}

	@Test
	void refusesCommandsVisiblyIfItCarriesNone() {
		Backplane backplane = this.nodes.get(0).backplane;
		Assumptions.assumeFalse(backplane.carriesCommands(), "The backplane carries commands");
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> backplane.publish(closeUser("ada")))
			.withMessageContaining(backplane.getClass().getName());
	}

	private void assumeCommands() {
		Assumptions.assumeTrue(this.nodes.get(0).backplane.carriesCommands(), "The backplane does not carry commands");
	}

	private void command(int node, NodeCommand command) {
		this.nodes.get(node).backplane.publish(command);
	}

	private static NodeCommand closeUser(String name) {
		return new NodeCommand.CloseUser(name, null);
	}

	private void awaitCommands(int node, int count) {
		Awaitility.await()
			.atMost(PATIENCE)
			.untilAsserted(
					() -> assertThat(this.nodes.get(node).commands).as("%s", this.nodes.get(node).backplane.status())
						.hasSize(count));
	}

	private void assumeJoined() {
		Assumptions.assumeTrue(joinsNodes(), "The nodes are not connected to each other");
	}

	private void publish(int node, String event) {
		this.nodes.get(node).backplane.publish(event(event));
	}

	private void await(int node, String event) {
		Awaitility.await().atMost(PATIENCE).until(() -> this.nodes.get(node).events().contains(event));
	}

	private void awaitReceived(int node, int count) {
		Awaitility.await()
			.atMost(PATIENCE)
			.untilAsserted(
					() -> assertThat(this.nodes.get(node).received).as("%s", this.nodes.get(node).backplane.status())
						.hasSize(count));
	}

	private static AddressedEvent event(String name) {
		return new AddressedEvent(Selection.ALL, false, name, List.of(NODES.stringNode("arg")), Set.of(), false);
	}

}
