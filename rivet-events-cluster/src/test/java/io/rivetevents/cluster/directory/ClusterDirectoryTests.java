/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.cluster.directory.TestNodes.Node;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.connection.Receipt;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Selection;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests of {@link ClusterDirectory} on three nodes.
 */
class ClusterDirectoryTests {

	private static final List<String> NAMES = List.of("a", "b", "c");

	private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();

	private final Queue<String> runs = new ConcurrentLinkedQueue<>();

	private final AtomicInteger created = new AtomicInteger();

	private final TestNodes nodes = new TestNodes(new MemoryActorStateStore(), NAMES,
			(name) -> new Object[] { new Counter(name) });

	@BeforeEach
	void join() {
		this.nodes.join();
		NAMES.forEach((name) -> this.gates.put(name, new CountDownLatch(1)));
	}

	@AfterEach
	void close() {
		this.gates.values().forEach(CountDownLatch::countDown);
		this.nodes.close();
	}

	private JsonNode call(String node, String key, String action, Object... args) {
		return ask(node, key, action, args).block(ActorHarness.PATIENCE);
	}

	private Mono<JsonNode> ask(String node, String key, String action, Object... args) {
		Node caller = this.nodes.node(node);
		return caller.directory.call(caller.target(Counter.class, key), null, caller.action(action, args));
	}

	private Mono<JsonNode> askAsClient(String node, String key, String action) {
		Node caller = this.nodes.node(node);
		return caller.directory.call(caller.target(Counter.class, key),
				ConnectRequest.stateless(null, Identity.ANONYMOUS), caller.action(action));
	}

	private static String reason(Throwable ex) {
		return (ex instanceof RivetException rejection) ? rejection.group() + "." + rejection.code() : ex.toString();
	}

	@Test
	void callsTheOwnerFromEachNode() {
		for (String owner : NAMES) {
			String key = this.nodes.keyOf(owner, Counter.class);
			assertThat(NAMES.stream().map((node) -> call(node, key, "add").asString())).containsExactly(owner + " 1",
					owner + " 2", owner + " 3");
			assertThat(NAMES)
				.filteredOn(
						(node) -> this.nodes.node(node).harness.node().holds(ActorHarness.address(Counter.class, key)))
				.containsExactly(owner);
		}
	}

	@Test
	void sendsNothingForAnInstanceOfThisNode() {
		call("a", this.nodes.keyOf("a", Counter.class), "add");
		assertThat(this.nodes.node("a").calls.sent()).isZero();
		call("a", this.nodes.keyOf("b", Counter.class), "add");
		assertThat(this.nodes.node("a").calls.sent()).isOne();
	}

	@Test
	void createsOneInstanceForRequestsOfAllNodes() {
		for (int i = 0; i < 30; i++) {
			String key = "race" + i;
			this.created.set(0);
			List<String> ids = Flux.fromIterable(NAMES)
				.flatMap((node) -> this.nodes.node(node).directory.resolve(ActorHarness.target(Counter.class, key)))
				.map(ActorInfo::actorId)
				.collectList()
				.block(ActorHarness.PATIENCE);
			assertThat(Set.copyOf(ids)).hasSize(1);
			assertThat(this.created).hasValue(1);
		}
	}

	@Test
	void findsInstancesById() {
		String key = this.nodes.keyOf("b", Counter.class);
		call("b", key, "add");
		ActorInfo info = this.nodes.node("a").directory.find(ActorHarness.target(Counter.class, key))
			.block(ActorHarness.PATIENCE);
		assertThat(info.startedAt()).isNotNull();
		ActorTarget byId = new ActorTarget.ById(info.actorId());
		for (String name : NAMES) {
			Node node = this.nodes.node(name);
			assertThat(node.directory.find(byId).block(ActorHarness.PATIENCE)).isEqualTo(info);
			node.directory.call(byId, null, node.action("add")).block(ActorHarness.PATIENCE);
		}
		assertThat(call("c", key, "add").asString()).isEqualTo("b 5");
	}

	@Test
	void listsInstancesOfAllNodes() {
		NAMES.forEach((owner) -> call("a", this.nodes.keyOf(owner, Counter.class), "add"));
		assertThat(this.nodes.node("a").directory.list("default", "Counter", null, 10).block(ActorHarness.PATIENCE))
			.hasSize(3);
	}

	@Test
	void deletesAnInstanceOfAnotherNode() {
		String key = this.nodes.keyOf("b", Counter.class);
		call("a", key, "add");
		this.nodes.node("c").directory.destroy(ActorHarness.target(Counter.class, key)).block(ActorHarness.PATIENCE);
		assertThat(this.nodes.node("b").harness.node().size()).isZero();
		assertThat(call("a", key, "add").asString()).isEqualTo("b 1");
	}

	@Test
	void sendsEventsToConnectionsOfAnotherNode() {
		String key = this.nodes.keyOf("b", Counter.class);
		this.nodes.node("b").harness.connect(Counter.class, key, null);
		AddressedEvent event = new AddressedEvent(Selection.ALL, false, "said", List.of(), Set.of(), false);
		ActorDirectory directory = this.nodes.node("a").directory;
		ActorTarget target = ActorHarness.target(Counter.class, key);
		assertThat(directory.dispatch(target, event).block(ActorHarness.PATIENCE)).isEqualTo(new Receipt.Done(1, 1));
		AddressedEvent where = event.withSelection(new Selection.Where((connection) -> true));
		assertThat(reason(catchThrowable(() -> directory.dispatch(target, where).block(ActorHarness.PATIENCE))))
			.isEqualTo("request.not_supported");
		assertThat(this.nodes.node("b").directory.dispatch(target, where).block(ActorHarness.PATIENCE))
			.isEqualTo(new Receipt.Done(1, 1));
	}

	/** The other nodes have not reported the end of their moves. */
	@Test
	void wakesAnInstanceForAnEventUnlessItIsAwake() {
		String key = this.nodes.keyOf("b", Counter.class);
		Node node = this.nodes.node("b");
		AddressedEvent event = new AddressedEvent(Selection.ALL, false, "said", List.of(), Set.of(), false);
		Mono<Receipt> dispatch = node.directory.dispatch(ActorHarness.target(Counter.class, key), event);
		dispatch.block(ActorHarness.PATIENCE);
		assertThat(node.woken).hasSize(1);
		call("a", key, "add");
		dispatch.block(ActorHarness.PATIENCE);
		assertThat(node.woken).hasSize(1);
		// another node may have a newer copy, until it was compared with what is stored
		node.membership.met("a", true);
		dispatch.block(ActorHarness.PATIENCE);
		assertThat(node.woken).hasSize(2);
		dispatch.block(ActorHarness.PATIENCE);
		assertThat(node.woken).hasSize(2);
	}

	// Moves

	@Test
	void movesAnInstanceWithItsLastChangesWhenItsOwnerChanges() {
		this.nodes.view(NAMES, List.of("a", "b"));
		String key = keyThatMovesTo("c");
		assertThat(call("a", key, "add").asString()).endsWith(" 1");
		this.nodes.join();
		assertThat(call("a", key, "add").asString()).isEqualTo("c 2");
		assertThat(call("b", key, "add").asString()).isEqualTo("c 3");
	}

	/** A key that another node owns until all have joined. */
	private String keyThatMovesTo(String node) {
		Membership all = new Membership(node);
		all.apply(new ClusterView(1, NAMES, Set.of()));
		return IntStream.range(0, 1000)
			.mapToObj((i) -> "k" + i)
			.filter((key) -> all.owns(ActorHarness.address(Counter.class, key)))
			.findFirst()
			.orElseThrow();
	}

	/** The node that is asked has an older view, or the one that asks. */
	@Test
	void waitsForLateViews() {
		this.nodes.view(NAMES, List.of("a", "b"));
		String key = keyThatMovesTo("c");
		String before = call("a", key, "add").asString();
		this.nodes.view(List.of("a"), NAMES);
		Mono<JsonNode> asked = ask("a", key, "add").cache();
		asked.subscribe();
		Awaitility.await().until(() -> this.nodes.node("a").calls.sent() > 1);
		this.nodes.view(List.of("b", "c"), NAMES);
		assertThat(asked.block(ActorHarness.PATIENCE).asString()).isEqualTo("c 2");
		assertThat(before).doesNotStartWith("c");
		this.nodes.view(List.of("c"), List.of("a", "b"));
		Mono<JsonNode> late = ask("c", key, "add").cache();
		late.subscribe();
		Awaitility.await().until(() -> this.nodes.node("c").calls.pending() > 0);
		this.nodes.view(List.of("c"), NAMES);
		assertThat(late.block(ActorHarness.PATIENCE).asString()).isEqualTo("c 3");
	}

	@Test
	void followsAnInstanceThatMovesBeforeACallOfAClientHasRun() {
		this.nodes.view(NAMES, List.of("a", "b"));
		String key = keyThatMovesTo("c");
		String owner = call("a", key, "add").asString().substring(0, 1);
		Mono<JsonNode> slow = ask(owner, key, "addSlowly").cache();
		slow.subscribe();
		awaitRun("addSlowly");
		List<Mono<JsonNode>> waiting = Stream.of("a", "b")
			.map((node) -> askAsClient(node, key, "add").cache())
			.toList();
		waiting.forEach(Mono::subscribe);
		Awaitility.await()
			.until(() -> this.nodes.node("a").calls.pending() + this.nodes.node("b").calls.pending() == 1);
		this.nodes.join();
		Mono<JsonNode> next = ask("c", key, "add").cache();
		next.subscribe();
		Awaitility.await().until(() -> this.nodes.node("c").calls.sent() > 0);
		this.gates.get(owner).countDown();
		assertThat(slow.block(ActorHarness.PATIENCE).asString()).isEqualTo(owner + " 2");
		assertThat(Stream.concat(waiting.stream(), Stream.of(next))
			.map((each) -> each.block(ActorHarness.PATIENCE).asString()))
			.containsExactlyInAnyOrder("c 3", "c 4", "c 5");
	}

	/** A call of the server that has not begun follows it, too. */
	@Test
	void followsAnInstanceThatMovesBeforeACallOfTheServerHasRun() {
		this.nodes.view(NAMES, List.of("a", "b"));
		String key = keyThatMovesTo("c");
		String owner = call("a", key, "add").asString().substring(0, 1);
		Mono<JsonNode> slow = ask(owner, key, "addSlowly").cache();
		slow.subscribe();
		awaitRun("addSlowly");
		List<Mono<JsonNode>> waiting = Stream.of("a", "b").map((node) -> ask(node, key, "add").cache()).toList();
		waiting.forEach(Mono::subscribe);
		Awaitility.await()
			.until(() -> this.nodes.node("a").calls.pending() + this.nodes.node("b").calls.pending() == 1);
		this.nodes.join();
		Mono<JsonNode> next = ask("c", key, "add").cache();
		next.subscribe();
		Awaitility.await().until(() -> this.nodes.node("c").calls.sent() > 0);
		this.gates.get(owner).countDown();
		assertThat(slow.block(ActorHarness.PATIENCE).asString()).isEqualTo(owner + " 2");
		assertThat(Stream.concat(waiting.stream(), Stream.of(next))
			.map((each) -> each.block(ActorHarness.PATIENCE).asString()))
			.containsExactlyInAnyOrder("c 3", "c 4", "c 5");
	}

	/** The action itself has failed with that error. */
	@Test
	void doesNotRepeatACallThatHasFailedAsRestarting() {
		String key = this.nodes.keyOf("b", Counter.class);
		assertThat(reason(catchThrowable(() -> call("a", key, "restart")))).isEqualTo("actor.restarting");
		assertThat(this.runs).containsExactly("restart");
		assertThat(reason(catchThrowable(() -> call("b", key, "restart")))).isEqualTo("actor.restarting");
		assertThat(this.runs).containsExactly("restart", "restart");
	}

	private void awaitRun(String action) {
		Awaitility.await().until(() -> this.runs.contains(action));
	}

	/** Both sides of a cut have had it; the side that does not own it has saved last. */
	@Test
	void dropsACopyThatIsOutOfDateWhenNodesMeetAgain() {
		String key = this.nodes.keyOf("b", Counter.class);
		call("b", key, "addDurably");
		this.nodes.view(List.of("b"), List.of("b"));
		this.nodes.view(List.of("a", "c"), List.of("a", "c"));
		String elsewhere = call("a", key, "addDurably").asString();
		assertThat(elsewhere).endsWith(" 2").doesNotStartWith("b");
		assertThat(call("b", key, "count").asString()).isEqualTo("b 1");
		this.nodes.join();
		assertThat(call("b", key, "count").asString()).isEqualTo("b 2");
		assertThat(call("a", key, "add").asString()).isEqualTo("b 3");
	}

	/** The owner has woken it last, so that its copy is the newest one. */
	@Test
	void keepsACopyThatIsTheNewestWhenNodesMeetAgain() {
		String key = this.nodes.keyOf("b", Counter.class);
		this.nodes.view(List.of("b"), List.of("b"));
		this.nodes.view(List.of("a", "c"), List.of("a", "c"));
		call("a", key, "addDurably");
		assertThat(call("b", key, "add").asString()).isEqualTo("b 2");
		this.nodes.join();
		assertThat(call("b", key, "add").asString()).isEqualTo("b 3");
	}

	// Losses

	@Test
	void failsWithAnUnknownOutcomeIfTheOwnerIsKilled() {
		String key = this.nodes.keyOf("b", Counter.class);
		Mono<JsonNode> asked = ask("a", key, "addSlowly").cache();
		asked.subscribe();
		awaitRun("addSlowly");
		this.nodes.kill("b");
		assertThat(reason(catchThrowable(() -> asked.block(ActorHarness.PATIENCE)))).isEqualTo("actor.outcome_unknown");
		assertThat(call("a", key, "add").asString()).doesNotStartWith("b");
		assertThat(this.runs).containsOnlyOnce("addSlowly");
	}

	@Test
	void findsAtTheNextOwnerIfTheOwnerIsKilled() {
		String key = this.nodes.keyOf("b", Counter.class);
		String id = this.nodes.node("a").directory.resolve(ActorHarness.target(Counter.class, key))
			.block(ActorHarness.PATIENCE)
			.actorId();
		Mono<JsonNode> slow = ask("b", key, "addSlowly").cache();
		slow.subscribe();
		awaitRun("addSlowly");
		Mono<ActorInfo> asked = this.nodes.node("a").directory.resolve(ActorHarness.target(Counter.class, key)).cache();
		asked.subscribe();
		Awaitility.await().until(() -> this.nodes.node("b").receiver.size() == 1);
		this.nodes.kill("b");
		assertThat(asked.block(ActorHarness.PATIENCE).actorId()).isEqualTo(id);
	}

	@Test
	void cancelsAtTheOwner() {
		String key = this.nodes.keyOf("b", Counter.class);
		ask("a", key, "addSlowly").subscribe();
		awaitRun("addSlowly");
		Disposable waiting = ask("a", key, "add").subscribe();
		Awaitility.await().until(() -> this.nodes.node("b").receiver.size() == 2);
		waiting.dispose();
		Awaitility.await().until(() -> this.nodes.node("b").receiver.size() == 1);
		this.gates.get("b").countDown();
		Awaitility.await().until(() -> this.nodes.node("b").receiver.size() == 0);
		assertThat(call("c", key, "add").asString()).isEqualTo("b 2");
	}

	/** A caller that is gone does not wait for a turn. */
	@Test
	void cancelsTheRequestsOfANodeThatIsKilled() {
		String key = this.nodes.keyOf("b", Counter.class);
		ask("c", key, "addSlowly").subscribe();
		awaitRun("addSlowly");
		ask("a", key, "add").onErrorComplete().subscribe();
		Awaitility.await().until(() -> this.nodes.node("b").receiver.size() == 2);
		this.nodes.kill("a");
		Awaitility.await().until(() -> this.nodes.node("b").receiver.size() == 1);
		this.gates.get("b").countDown();
		Awaitility.await().until(() -> this.nodes.node("b").receiver.size() == 0);
		assertThat(call("b", key, "add").asString()).isEqualTo("b 2");
	}

	@Test
	void answersThatItOwnsNothingWhenItLeaves() {
		String key = this.nodes.keyOf("b", Counter.class);
		call("a", key, "add");
		this.nodes.node("b").membership.leave("b");
		Mono<JsonNode> asked = ask("a", key, "add").cache();
		asked.subscribe();
		Awaitility.await().until(() -> this.nodes.node("a").calls.sent() > 2);
		this.nodes.node("b").harness.node().stop().block(ActorHarness.PATIENCE);
		this.nodes.kill("b");
		assertThat(asked.block(ActorHarness.PATIENCE).asString()).endsWith(" 2").doesNotStartWith("b");
	}

	// Errors

	private static Stream<Arguments> failing() {
		ConnectRequest client = ConnectRequest.stateless(null, Identity.ANONYMOUS);
		ActorTarget unknown = new ActorTarget.ById("unknown");
		return Stream.of(failing("a user error", (node, key) -> call(node, key, null, "fail")),
				failing("a user error for a client", (node, key) -> call(node, key, client, "fail")),
				failing("an unknown action", (node, key) -> call(node, key, client, "nothing")),
				failing("wrong arguments",
						(node, key) -> node.directory.call(node.target(Counter.class, key), client,
								node.action("addMany", "x", "y"))),
				failing("an unexpected exception", (node, key) -> call(node, key, client, "crash")),
				failing("a restart that the action throws", (node, key) -> call(node, key, client, "restart")),
				failing("a restart for the server", (node, key) -> call(node, key, null, "restart")),
				failing("a missing instance", (node, key) -> node.directory.resolve(get(key + "-missing"))),
				failing("a missing instance for a client",
						(node, key) -> node.directory.resolve(get(key + "-missing"), client)),
				failing("an unknown id", (node, key) -> node.directory.resolve(unknown)),
				failing("a call by an unknown id",
						(node, key) -> node.directory.call(unknown, null, node.action("add"))),
				failing("a rule of an unknown id",
						(node, key) -> node.directory.authorize(unknown, Identity.ANONYMOUS)),
				failing("a deletion of a missing instance",
						(node, key) -> node.directory.destroy(get(key + "-missing"))),
				failing("a duplicate key",
						(node, key) -> node.directory
							.resolve(new ActorTarget.Create(ActorHarness.address(Counter.class, key), null))),
				failing("an unknown connection",
						(node, key) -> node.directory.predict(get(key), "nothing", node.action("add"))),
				failing("an unknown actor", (node, key) -> node.directory
					.resolve(new ActorTarget.GetOrCreate(ActorAddress.of("Nothing", key), null))));
	}

	private static ActorTarget get(String key) {
		return new ActorTarget.Get(ActorHarness.address(Counter.class, key));
	}

	private static Mono<JsonNode> call(Node node, String key, @Nullable ConnectRequest client, String action) {
		return node.directory.call(node.target(Counter.class, key), client, node.action(action));
	}

	private static Arguments failing(String name, BiFunction<Node, String, Mono<?>> operation) {
		return Arguments.of(Named.of(name, operation));
	}

	@ParameterizedTest
	@MethodSource("failing")
	void failsAsOnOneNode(BiFunction<Node, String, Mono<?>> operation) {
		String key = this.nodes.keyOf("b", Counter.class);
		call("b", key, "add");
		Throwable here = catchThrowable(() -> operation.apply(this.nodes.node("b"), key).block(ActorHarness.PATIENCE));
		Throwable there = catchThrowable(() -> operation.apply(this.nodes.node("a"), key).block(ActorHarness.PATIENCE));
		assertThat(here).isNotNull();
		assertThat(describe(there)).isEqualTo(describe(here));
	}

	private static List<Object> describe(Throwable ex) {
		if (!(ex instanceof RivetException rejection)) {
			return List.of(ex.getClass(), ex.getMessage());
		}
		String metadata = String.valueOf(new JsonMapper().<JsonNode>valueToTree(rejection.metadata()));
		return List.of(ex instanceof UserError, rejection.group(), rejection.code(), rejection.status(),
				rejection.text(), metadata);
	}

	/** An actor that counts. */
	@Actor
	final class Counter {

		private final String node;

		Counter(String node) {
			this.node = node;
		}

		@CreateState
		int[] create() {
			return new int[1];
		}

		@OnCreate
		void created() {
			ClusterDirectoryTests.this.created.incrementAndGet();
		}

		@Action
		String add(ActorContext<int[], ?> c) {
			return this.node + " " + ++c.state()[0];
		}

		@Action(durable = true)
		String addDurably(ActorContext<int[], ?> c) {
			return add(c);
		}

		@Action
		String count(ActorContext<int[], ?> c) {
			return this.node + " " + c.state()[0];
		}

		@Action
		String addMany(ActorContext<int[], ?> c, int number) {
			c.state()[0] += number;
			return this.node + " " + c.state()[0];
		}

		@Action
		String addSlowly(ActorContext<int[], ?> c) throws InterruptedException {
			ClusterDirectoryTests.this.runs.add("addSlowly");
			ClusterDirectoryTests.this.gates.get(this.node).await();
			return add(c);
		}

		@Action
		void fail() {
			throw new UserError("sold_out", "Sold out", Map.of("left", 0));
		}

		@Action
		void crash() {
			throw new IllegalStateException("secret");
		}

		@Action
		void restart() {
			ClusterDirectoryTests.this.runs.add("restart");
			throw new RivetException(ErrorCode.RESTARTING);
		}

	}

}
