/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.cluster.ClusterConnections;
import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Receipt;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.OutboundEvent;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * An actor of this node with clients of three nodes: two of them are doubles that record
 * what this node calls.
 */
class GatewayTests {

	private static final ActorAddress ROOM = ActorHarness.address(Room.class, "k");

	private final Room room = new Room();

	private final Changes changes = new Changes();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS.withMailboxCapacity(10_000),
			new MemoryActorStateStore(),
			new ActorHarness.Neighbours(List.of(), List.of(this.changes), ActorObserver.NONE), this.room);

	private final ClusterConnections connections = new ClusterConnections(this.harness.connections(),
			new LocalBackplane(), this.harness.targets());

	private final OtherNode left = new OtherNode();

	private final OtherNode right = new OtherNode();

	@BeforeEach
	void join() {
		this.harness.connections().gateways().add("left", this.left);
		this.harness.connections().gateways().add("right", this.right);
	}

	@AfterEach
	void close() {
		this.harness.close();
	}

	@Test
	void sendsABroadcastWithOneCallForEachOtherNode() {
		List<RecordedOutbound> here = IntStream.range(0, 1000).mapToObj((i) -> connectHere("h" + i)).toList();
		List<String> onLeft = IntStream.range(0, 1000).mapToObj((i) -> connect("left", "l" + i)).toList();
		List<String> onRight = IntStream.range(0, 1000).mapToObj((i) -> connect("right", "r" + i)).toList();
		connectUnsubscribed("left", "silent");
		assertThat(inTurn((c) -> c.broadcast("said", "hi"))).isEqualTo(new Receipt.Done(3000, 3000));
		assertThat(this.left.sent(ToClient.Event.class)).singleElement()
			.satisfies((call) -> assertThat(call.connectionIds()).containsExactlyInAnyOrderElementsOf(onLeft));
		assertThat(this.right.sent(ToClient.Event.class)).singleElement()
			.satisfies((call) -> assertThat(call.connectionIds()).containsExactlyInAnyOrderElementsOf(onRight));
		assertThat(here).allSatisfy((client) -> assertThat(client.messages(ToClient.Event.class)).hasSize(1));
	}

	@Test
	void sendsWhatIsForAllActorsOfTheNodeWithOneCallForEachNode() {
		connect("left", "ada");
		connect("left", "linus");
		assertThat(this.connections.everywhere().send("notice", 1).targeted()).isEqualTo(2);
		assertThat(this.left.sent(ToClient.Event.class)).singleElement()
			.satisfies((call) -> assertThat(call.connectionIds()).hasSize(2));
	}

	/** How an event is sent, and the clients it is for. */
	record Case(String name, Function<ActorContext<?, String>, Receipt> telling, Set<String> clients) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	static Stream<Case> cases() {
		return Stream.of(
				new Case("broadcast", (c) -> c.broadcast("said", "x"), Set.of("ada@here", "ada@left", "linus@left")),
				new Case("send", (c) -> c.send("said", "x"),
						Set.of("ada@here", "ada@left", "linus@left", "eve@left", "ada@right", "bob@right")),
				new Case("to", (c) -> c.to(named(c, "linus@left")).send("said", "x"), Set.of("linus@left")),
				new Case("except", (c) -> c.except(named(c, "ada@left")).broadcast("said", "x"),
						Set.of("ada@here", "linus@left")),
				new Case("toUser", (c) -> c.toUser("ada").send("said", "x"),
						Set.of("ada@here", "ada@left", "ada@right")),
				new Case("exceptUser", (c) -> c.exceptUser("ada").broadcast("said", "x"), Set.of("linus@left")),
				new Case("where",
						(c) -> c.where((connection) -> connection.state().endsWith("@left")).send("said", "x"),
						Set.of("ada@left", "linus@left", "eve@left")),
				new Case("tagged", (c) -> c.tagged("news").broadcast("tagged", "x"), Set.of("ada@right", "eve@left")));
	}

	@ParameterizedTest
	@MethodSource("cases")
	void selectsConnectionsOfEachNode(Case each) {
		RecordedOutbound here = connectHere("ada");
		connect("left", "ada");
		connect("left", "linus");
		subscribe(connectUnsubscribed("left", "eve"), "tagged", "news", "sport");
		subscribe(connectUnsubscribed("right", "ada"), "tagged", "news");
		subscribe(connectUnsubscribed("right", "bob"), "tagged", "weather");
		Receipt receipt = inTurn(each.telling());
		Set<String> got = new TreeSet<>();
		here.messages(ToClient.Event.class).forEach((event) -> got.add("ada@here"));
		for (OtherNode node : List.of(this.left, this.right)) {
			assertThat(node.sent(ToClient.Event.class)).hasSizeLessThanOrEqualTo(1);
			node.sent(ToClient.Event.class).forEach((call) -> call.connectionIds().forEach((id) -> got.add(name(id))));
		}
		assertThat(got).isEqualTo(new TreeSet<>(each.clients()));
		assertThat(receipt).isEqualTo(new Receipt.Done(each.clients().size(), each.clients().size()));
	}

	@Test
	void sendsTheEventsOfAnActionBeforeItsAnswer() {
		String caller = connect("left", "ada");
		connect("left", "linus");
		for (int i = 1; i <= 20; i++) {
			this.harness.directory().deliver(ROOM, caller, this.harness.request(i, "count", i));
		}
		Awaitility.await().until(() -> this.left.sent(ToClient.ActionResponse.class).size() == 20);
		List<String> expected = new ArrayList<>();
		IntStream.rangeClosed(1, 20)
			.forEach((i) -> Collections.addAll(expected, "first " + i, "second " + i, "answer " + i));
		assertThat(this.left.to(caller)).containsExactlyElementsOf(expected);
		assertThat(this.left.sent(ToClient.Event.class))
			.extracting((call) -> ((ToClient.Event) call.message()).position().sequence())
			.isSorted()
			.doesNotHaveDuplicates();
	}

	@Test
	void sendsWhatAnInterceptorChangesToThatConnectionAlone() {
		String ada = connect("left", "ada");
		String linus = connect("left", "linus");
		String eve = connect("left", "eve");
		connect("left", "dropped");
		RecordedOutbound here = connectHere("ada");
		this.changes.change = true;
		for (Function<ActorContext<?, String>, Receipt> telling : List.<Function<ActorContext<?, String>, Receipt>>of(
				(c) -> c.broadcast("said", "hi"), (c) -> c.where((connection) -> true).broadcast("said", "hi"))) {
			this.left.calls.clear();
			assertThat(inTurn(telling)).isEqualTo(new Receipt.Done(5, 4));
			assertThat(this.left.sent(ToClient.Event.class)).hasSize(2);
			assertThat(this.left.to(ada)).containsExactly("for ada");
			assertThat(this.left.to(linus)).containsExactly("hi");
			assertThat(this.left.to(eve)).containsExactly("hi");
		}
		assertThat(here.messages(ToClient.Event.class))
			.allSatisfy((event) -> assertThat(event.args().get(0).stringValue()).isEqualTo("for ada"));
	}

	@Test
	void aGatewayThatFailsCostsNoOtherConnectionAnything() {
		connect("left", "ada");
		connect("left", "linus");
		String eve = connect("right", "eve");
		RecordedOutbound here = connectHere("bob");
		this.left.failure = new IllegalStateException("a gateway that fails");
		assertThat(inTurn((c) -> c.broadcast("said", "hi"))).isEqualTo(new Receipt.Done(4, 2));
		assertThat(this.right.to(eve)).containsExactly("hi");
		assertThat(here.messages(ToClient.Event.class)).hasSize(1);
		assertThat(this.harness.connections().gateways().notSent()).isEqualTo(2);
		this.left.failure = null;
		this.left.full = true;
		assertThat(inTurn((c) -> c.where((connection) -> true).broadcast("said", "hi")))
			.isEqualTo(new Receipt.Done(4, 2));
		assertThat(this.harness.connections().gateways().notSent()).isEqualTo(4);
		this.left.full = false;
		assertThat(inTurn((c) -> c.broadcast("said", "hi"))).isEqualTo(new Receipt.Done(4, 4));
	}

	@Test
	void sendsNothingIfOneConnectionOfAnotherNodeCannotTakeIt() {
		RecordedOutbound here = connectHere("ada");
		connect("left", "linus");
		connect("right", "eve", 200);
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> inTurn((c) -> c.broadcast("said", "x".repeat(300))))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("outgoing_too_long"))
			.withMessageContaining("rivet.events.websocket.max-outgoing-message-size=200");
		assertThat(here.messages(ToClient.Event.class)).isEmpty();
		assertThat(this.left.sent(ToClient.Event.class)).isEmpty();
		assertThat(inTurn((c) -> c.droppable().broadcast("said", "x".repeat(300))).targeted()).isEqualTo(3);
	}

	@Test
	void admitsAStreamAfterWhatItsQueueHoldsBack() {
		ConnectRequest request = this.harness.extended("said").withGateway("left");
		this.left.announce(request, 60_000);
		this.harness.directory().connect(ActorHarness.target(Room.class, "k"), request).block(ActorHarness.PATIENCE);
		assertThat(this.left.calls).singleElement()
			.satisfies((call) -> assertThat(call.message()).isInstanceOf(ToClient.Welcome.class))
			.satisfies((call) -> assertThat(call.admits()).isTrue());
	}

	@Test
	void refusesAClientWhoseGatewayHasGone() {
		ConnectRequest lost = ConnectRequest.stateful(null, Identity.ANONYMOUS).withGateway("left");
		ConnectRequest unknown = ConnectRequest.stateful(null, Identity.ANONYMOUS).withGateway("gone");
		for (ConnectRequest request : List.of(lost, unknown)) {
			assertThatExceptionOfType(RivetException.class)
				.isThrownBy(() -> this.harness.directory()
					.connect(ActorHarness.target(Room.class, "k"), request)
					.block(ActorHarness.PATIENCE))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(code(ErrorCode.CONNECTION_NOT_FOUND)));
		}
	}

	private static String code(ErrorCode code) {
		return code.reason().substring(code.reason().indexOf('.') + 1);
	}

	@Test
	void closesAConnectionByItsGatewayAndSendsItNothingMore() {
		String ada = connect("left", "ada");
		inTurn((c) -> {
			named(c, "ada@left").disconnect("enough");
			named(c, "ada@left").disconnect("again");
			return c.broadcast("said", "late");
		});
		assertThat(this.left.closed).containsExactly(Map.entry(ada, CloseReason.disconnected("enough")));
		assertThat(this.left.sent(ToClient.Event.class)).isEmpty();
	}

	@Test
	void findsTheConnectionsOfItsOwnNodeByItsName() {
		String node = this.harness.connections().node();
		ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS).withGateway(node);
		RecordedOutbound outbound = new RecordedOutbound(request.connectionId());
		this.harness.connect(Room.class, "k", request, outbound);
		assertThat(outbound.messages(ToClient.Init.class)).hasSize(1);
	}

	private RecordedOutbound connectHere(String user) {
		RecordedOutbound outbound = this.harness.connect(Room.class, "k", user + "@here",
				new Identity(() -> user, null));
		subscribe(outbound.connectionId(), "said");
		return outbound;
	}

	private String connect(String node, String user) {
		return connect(node, user, 60_000);
	}

	private String connect(String node, String user, int maxMessageSize) {
		String id = connectUnsubscribed(node, user, maxMessageSize);
		subscribe(id, "said");
		return id;
	}

	private String connectUnsubscribed(String node, String user) {
		return connectUnsubscribed(node, user, 60_000);
	}

	private String connectUnsubscribed(String node, String user, int maxMessageSize) {
		ConnectRequest request = ConnectRequest
			.stateful(this.harness.mapper().toTree(user + "@" + node), new Identity(() -> user, null))
			.withGateway(node);
		OtherNode gateway = node.equals("left") ? this.left : this.right;
		gateway.announce(request, maxMessageSize);
		this.harness.directory().connect(ActorHarness.target(Room.class, "k"), request).block(ActorHarness.PATIENCE);
		gateway.calls.clear();
		return request.connectionId();
	}

	private void subscribe(String connectionId, String event, String... tags) {
		this.harness.directory()
			.deliver(ROOM, connectionId, new ToServer.SubscriptionRequest(event, true, Set.of(tags)));
		inTurn((c) -> Receipt.NOBODY);
	}

	private String name(String connectionId) {
		String name = this.left.names.get(connectionId);
		return (name != null) ? name : String.valueOf(this.right.names.get(connectionId));
	}

	private static Connection<String> named(ActorContext<?, String> c, String name) {
		return c.conns().stream().filter((each) -> each.state().equals(name)).findFirst().orElseThrow();
	}

	private Receipt inTurn(Function<ActorContext<?, String>, Receipt> telling) {
		this.room.telling = telling;
		this.harness.call(Room.class, "k", "tell");
		return this.room.receipt;
	}

	static class Room {

		private volatile @Nullable Function<ActorContext<?, String>, Receipt> telling;

		private volatile @Nullable Receipt receipt;

		@CreateConnState
		String createConnState(@ConnParams @Nullable String name) {
			return String.valueOf(name);
		}

		@Action
		void tell(ActorContext<?, String> c) {
			this.receipt = this.telling.apply(c);
		}

		@Action
		String count(ActorContext<?, String> c, int number) {
			c.broadcast("said", "first " + number);
			c.broadcast("said", "second " + number);
			return "answer " + number;
		}

	}

	/** Changes events for one user, and keeps them from another. */
	private static final class Changes implements OutboundInterceptor {

		private volatile boolean change;

		@Override
		public boolean supports(String actor, String event) {
			return this.change;
		}

		@Override
		public @Nullable OutboundEvent intercept(OutboundEvent event) {
			String user = String.valueOf(event.connection().principal().getName());
			if (user.equals("dropped")) {
				return null;
			}
			return user.equals("ada") ? event.withArgs(event.args().with(0, "for ada")) : event;
		}

	}

	/** A node that holds sockets, and records the commands that it receives. */
	private static final class OtherNode implements Gateway {

		private final List<Call> calls = Collections.synchronizedList(new ArrayList<>());

		private final List<Map.Entry<String, CloseReason>> closed = Collections.synchronizedList(new ArrayList<>());

		private final Map<String, Bounds> bounds = new ConcurrentHashMap<>();

		private final Map<String, String> names = new ConcurrentHashMap<>();

		private volatile @Nullable RuntimeException failure;

		private volatile boolean full;

		/** One call. */
		record Call(ToClient message, List<String> connectionIds, boolean admits) {
		}

		void announce(ConnectRequest request, int maxMessageSize) {
			this.bounds.put(request.connectionId(),
					new Bounds(Encoding.JSON, maxMessageSize, 1_000_000, "rivet.events.websocket"));
			this.names.put(request.connectionId(),
					(request.params() != null) ? request.params().stringValue() : request.connectionId());
		}

		@Override
		public boolean send(OutgoingMessage message, List<String> connectionIds) {
			if (this.failure != null) {
				throw this.failure;
			}
			return !this.full && this.calls.add(new Call(message.message(), connectionIds, false));
		}

		@Override
		public void admit(String connectionId, OutgoingMessage first) {
			this.calls.add(new Call(first.message(), List.of(connectionId), true));
		}

		@Override
		public void close(String connectionId, CloseReason reason) {
			this.closed.add(Map.entry(connectionId, reason));
		}

		@Override
		public void giveBack(String connectionId, ToServer message) {
		}

		@Override
		public @Nullable Bounds bounds(String connectionId) {
			return this.bounds.get(connectionId);
		}

		List<Call> sent(Class<? extends ToClient> type) {
			synchronized (this.calls) {
				return this.calls.stream().filter((call) -> type.isInstance(call.message())).toList();
			}
		}

		/** The texts that one connection gets, in their order. */
		List<String> to(String connectionId) {
			synchronized (this.calls) {
				return this.calls.stream()
					.filter((call) -> call.connectionIds().contains(connectionId))
					.map(Call::message)
					.map((message) -> (message instanceof ToClient.Event event) ? event.args().get(0).stringValue()
							: String.valueOf(((ToClient.ActionResponse) message).output().stringValue()))
					.toList();
			}
		}

	}

}
