/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.connection.Connection;
import io.rivetevents.error.RivetException;
import io.rivetevents.explain.Delivery;
import io.rivetevents.explain.Delivery.Kind;
import io.rivetevents.explain.DeliveryLog;
import io.rivetevents.explain.DeliveryRecorder;
import io.rivetevents.explain.Explanation;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.OutboundEvent;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Each outcome of a delivery, with real queues. */
class ExplainedDeliveriesTests {

	private static final ActorAddress ROOM = ActorHarness.address(Room.class, "k");

	private static final int SMALL = 3000;

	private final DeliveryRecorder log = new DeliveryRecorder(Clock.systemUTC());

	private final UnreliableStore store = new UnreliableStore();

	private final ActorHarness harness = ActorHarness.withDeliveries(this.log, this.store,
			new ActorHarness.Neighbours(List.of(), List.of(this::intercept), ActorObserver.NONE), new Room());

	@AfterEach
	void stop() {
		this.harness.close();
	}

	/** What the interceptor of the test does. */
	private @Nullable OutboundEvent intercept(OutboundEvent event) {
		String user = (event.connection().principal() != null) ? event.connection().principal().getName() : "";
		return switch (user) {
			case "skipped" -> null;
			case "changed" -> event.withArgs(event.args().with(0, "changed"));
			default -> event;
		};
	}

	@Test
	void aWrittenEvent() {
		Client one = connect("one", "said");
		call("say", "hi");
		assertThat(only(one)).extracting(ExplainedDeliveriesTests::kinds)
			.isEqualTo(List.of(Kind.TARGETED, Kind.QUEUED));
		one.read();
		assertThat(only(one)).extracting(ExplainedDeliveriesTests::kinds)
			.isEqualTo(List.of(Kind.TARGETED, Kind.QUEUED, Kind.WRITTEN));
		assertThat(only(one).user()).isEqualTo("one");
	}

	@Test
	void anEventThatTheClientHasHandled() {
		Client one = extended(null, "said");
		call("say", "hi");
		call("say", "again");
		one.read();
		long first = this.log.explain(ROOM, "said").deliveries().get(0).position().sequence();
		this.harness.directory()
			.deliver(ROOM, one.id(), new ToServer.SubscriptionRequest("other", true, Set.of(), first));
		assertThat(this.log.explain("said")).extracting((delivery) -> delivery.has(Kind.HANDLED))
			.containsExactly(true, false);
	}

	@Test
	void aConnectionWithoutSubscription() {
		Client one = connect("one");
		call("say", "hi");
		assertThat(kinds(only(one))).containsExactly(Kind.NOT_SUBSCRIBED);
	}

	@Test
	void aSubscriptionWithOtherTags() {
		Client one = connect("one");
		one.subscribe("said", "sport");
		call("tagged", "news");
		assertThat(kinds(only(one))).containsExactly(Kind.NOT_SUBSCRIBED);
		assertThat(only(one).reason(Kind.NOT_SUBSCRIBED)).isEqualTo("its subscription has other tags");
	}

	@Test
	void aConnectionThatIsExcluded() {
		Client one = connect("one", "said");
		Client two = connect("two", "said");
		call("except", one.id());
		assertThat(kinds(only(one))).containsExactly(Kind.NOT_SELECTED);
		assertThat(kinds(only(two))).containsExactly(Kind.TARGETED, Kind.QUEUED);
		call("whereUser", "two");
		assertThat(this.log.explain(ROOM, "said").to(one.id()).deliveries().get(1).reason(Kind.NOT_SELECTED))
			.isEqualTo("by a predicate");
	}

	@Test
	void aPredicateIsEvaluatedOnceForEachConnection() {
		connect("one", "said");
		connect("two", "said");
		call("whereUser", "two");
		assertThat(Room.evaluated).containsExactlyInAnyOrder("one", "two");
	}

	@Test
	void aRefusedSubscription() {
		Client one = connect("one");
		one.subscribe("secret");
		assertThat(this.log.explain(ROOM, "secret").to(one.id())).singleElement()
			.satisfies((delivery) -> assertThat(delivery.reason(Kind.REFUSED)).isEqualTo("auth.forbidden"));
		call("tellSecret");
		assertThat(kinds(this.log.explain(ROOM, "secret").to(one.id()).deliveries().get(0)))
			.containsExactly(Kind.REFUSED);
	}

	@Test
	void anInterceptorThatSkipsOrChanges() {
		Client skipped = connect("skipped", "said");
		Client changed = connect("changed", "said");
		call("say", "hi");
		assertThat(kinds(only(skipped))).containsExactly(Kind.TARGETED, Kind.SKIPPED);
		assertThat(changed.read()).contains("changed");
		assertThat(kinds(only(changed))).containsExactly(Kind.TARGETED, Kind.CHANGED, Kind.QUEUED, Kind.WRITTEN);
	}

	@Test
	void aVolatileEventForAFullQueue() {
		Client one = connect("one", "said", "typing");
		call("say", "x".repeat(SMALL));
		call("type", "y".repeat(SMALL));
		assertThat(this.log.explain(ROOM, "typing")).singleElement()
			.satisfies((delivery) -> assertThat(delivery.reason(Kind.DROPPED)).isEqualTo("the queue is full"));
		assertThat(one.queue.closeReason()).isNull();
	}

	@Test
	void aVolatileEventThatMakesRoom() {
		connect("one", "typing", "said");
		call("type", "y".repeat(SMALL));
		call("say", "x".repeat(SMALL));
		assertThat(this.log.explain(ROOM, "typing")).singleElement()
			.satisfies((delivery) -> assertThat(delivery.reason(Kind.DROPPED)).contains("newer messages"));
	}

	@Test
	void aSlowClient() {
		Client one = connect("one", "said");
		call("say", "x".repeat(SMALL));
		call("say", "y".repeat(SMALL));
		assertThat(this.log.explain(ROOM, "said").to(one.id())).extracting((delivery) -> delivery.reason(Kind.DROPPED))
			.containsExactly("connection.slow_consumer", "connection.slow_consumer");
	}

	@Test
	void aClosedConnection() {
		Client one = connect("one", "said");
		call("say", "hi");
		one.queue.end();
		assertThat(only(one).reason(Kind.DROPPED)).isEqualTo("the socket was closed before");
		Client two = connect("two", "said");
		two.queue.close(CloseReason.disconnected("enough"));
		call("say", "hi");
		assertThat(this.log.explain(ROOM, "said").to(two.id())).singleElement()
			.satisfies((delivery) -> assertThat(delivery.reason(Kind.DROPPED)).isNotEmpty());
	}

	@Test
	void aConnectionOfAnotherNode() {
		AtomicBoolean accepts = new AtomicBoolean(true);
		this.harness.connections().gateways().add("left", new OtherNode(accepts));
		ConnectRequest request = ConnectRequest.stateful(null, new Identity(() -> "far", "far")).withGateway("left");
		this.harness.directory().connect(ActorHarness.target(Room.class, "k"), request).block(ActorHarness.PATIENCE);
		this.harness.directory().deliver(ROOM, request.connectionId(), new ToServer.SubscriptionRequest("said", true));
		call("say", "hi");
		accepts.set(false);
		call("say", "again");
		List<Delivery> deliveries = this.log.explain(ROOM, "said").to(request.connectionId()).deliveries();
		assertThat(deliveries.get(0).reason(Kind.QUEUED)).isEqualTo("by Gateway left");
		assertThat(kinds(deliveries.get(1))).containsExactly(Kind.TARGETED, Kind.DROPPED);
		assertThat(deliveries).extracting(Delivery::user).containsOnly("far");
	}

	@Test
	void anEventThatIsTooLong() {
		Client one = connect("one", "said");
		assertThatThrownBy(() -> call("say", "x".repeat(20_000))).isInstanceOf(RivetException.class);
		assertThat(kinds(only(one))).containsExactly(Kind.FAILED, Kind.TARGETED);
		assertThat(only(one).reason(Kind.FAILED)).isEqualTo("message.outgoing_too_long");
	}

	@Test
	void anEventThatIsHeldBackUntilACommit() {
		Client one = connect("one", "said");
		call("sayDurably", "hi");
		assertThat(kinds(only(one))).containsExactly(Kind.HELD, Kind.TARGETED, Kind.QUEUED);
	}

	@Test
	void anEventWhoseCommitHasFailed() {
		connect("one", "said");
		this.store.failNext(1);
		assertThatThrownBy(() -> call("sayDurably", "hi")).isInstanceOf(RivetException.class);
		assertThat(this.log.explain(ROOM, "said")).singleElement()
			.satisfies((delivery) -> assertThat(kinds(delivery)).containsExactly(Kind.HELD, Kind.FAILED));
	}

	@Test
	void anEventForAConnectionThatIsNotAcceptedYet() {
		Client one = extended(null, "greeted");
		assertThat(this.log.explain(ROOM, "greeted").to(one.id())).singleElement()
			.satisfies(
					(delivery) -> assertThat(kinds(delivery)).containsExactly(Kind.TARGETED, Kind.EARLY, Kind.QUEUED));
	}

	@Test
	void eventsOfAClientThatResumes() {
		connect("other");
		Client one = extended(null, "said", "typing");
		call("say", "seen");
		Position seen = this.log.explain(ROOM, "said").deliveries().get(0).position();
		disconnect(one);
		call("say", "missed");
		call("type", "also");
		Client again = extended(seen, "said", "typing");
		Explanation said = this.log.explain(ROOM, "said").to(again.id());
		assertThat(said).singleElement().satisfies((delivery) -> assertThat(kinds(delivery)).contains(Kind.REPLAYED));
		again.read();
		assertThat(this.log.explain(ROOM, "said").to(again.id()).deliveries().get(0).has(Kind.WRITTEN)).isTrue();
		assertThat(this.log.explain(ROOM, "typing").to(again.id())).singleElement()
			.satisfies((delivery) -> assertThat(delivery.reason(Kind.MISSED)).contains("notice of the gap"));
	}

	@Test
	void eventsOfAClientThatCannotResume() {
		connect("other");
		Client one = extended(null, "said");
		call("say", "seen");
		Position seen = this.log.explain(ROOM, "said").deliveries().get(0).position();
		disconnect(one);
		for (int i = 0; i < 10; i++) {
			call("say", "x".repeat(1000)); // more than half of the queue
		}
		Client again = extended(seen, "said");
		assertThat(this.log.explain(ROOM, "said").to(again.id())).hasSize(10)
			.allSatisfy((delivery) -> assertThat(delivery.reason(Kind.MISSED)).isEqualTo("history_exceeded"));
	}

	@Test
	void anEventWithoutConnections() {
		call("say", "hi");
		assertThat(this.log.explain(ROOM, "said")).singleElement().satisfies((delivery) -> {
			assertThat(delivery.connectionId()).isNull();
			assertThat(delivery.reason(Kind.NOT_SELECTED)).isEqualTo("no connections");
		});
		assertThat(this.log.explain(ROOM, "never")).isEmpty();
	}

	@Test
	void anEventByItsPosition() {
		connect("one", "said");
		call("say", "first");
		call("say", "second");
		long second = this.log.explain(ROOM, "said").deliveries().get(1).position().sequence();
		assertThat(this.log.explain(ROOM, second)).hasSize(1);
		assertThat(this.log.explain(ROOM)).extracting(Delivery::event).containsExactly("greeted", "said", "said");
		this.log.clear();
		assertThat(this.log.explain(ROOM)).isEmpty();
	}

	@Test
	void forgetsTheOldestDeliveries() {
		connect("one", "said");
		for (int i = 0; i < 20; i++) {
			connect("more" + i);
		}
		for (int i = 0; i < 600; i++) {
			call("say", "hi");
			this.harness.connections().outbounds().forEach((outbound) -> ((OutboundQueue) outbound).poll());
		}
		List<Delivery> deliveries = this.log.explain(ROOM).deliveries();
		assertThat(deliveries).hasSizeBetween(DeliveryLog.MAX_DELIVERIES - 21, DeliveryLog.MAX_DELIVERIES);
		assertThat(deliveries.get(deliveries.size() - 1).position().sequence()).isEqualTo(621); // with
																								// the
																								// greetings
	}

	@Test
	void readsAsATable() {
		Client one = connect("one", "said");
		Client two = connect("two");
		call("say", "hi");
		one.read();
		assertThat(this.log.explain(ROOM, "said").toString().lines().map(String::strip))
			.anySatisfy((line) -> assertThat(line).startsWith("said of Room[k], position 3, sent at "))
			.anySatisfy((line) -> assertThat(line).matches("connection +user +outcome"))
			.anySatisfy((line) -> assertThat(line).isEqualTo(one.id() + "  one   targeted, queued, written"))
			.anySatisfy((line) -> assertThat(line).isEqualTo(two.id() + "  two   not subscribed"));
	}

	private Delivery only(Client client) {
		List<Delivery> deliveries = this.log.explain(ROOM, "said").to(client.id()).deliveries();
		assertThat(deliveries).hasSize(1);
		return deliveries.get(0);
	}

	private static List<Kind> kinds(Delivery delivery) {
		return delivery.steps().stream().map(Delivery.Step::kind).toList();
	}

	private void call(String action, Object... args) {
		this.harness.call(Room.class, "k", action, args);
	}

	/** A client of the plain protocol. */
	private Client connect(String user, String... events) {
		ConnectRequest request = ConnectRequest.stateful(null, new Identity(() -> user, user));
		Client client = new Client(request, Encoding.JSON);
		for (String event : events) {
			client.subscribe(event);
		}
		client.read();
		return client;
	}

	/** A client of the extended mode, whose welcome waits in its queue. */
	private Client extended(@Nullable Position resume, String... events) {
		StreamRequest stream = new StreamRequest(
				List.of(events).stream().map((event) -> new ToServer.SubscriptionRequest(event, true)).toList(), resume,
				(resume != null) ? StreamRequest.StreamProof.PROVEN : StreamRequest.StreamProof.NEW, "stream", "secret",
				null, null, Duration.ofSeconds(10));
		return new Client(ConnectRequest.extended(null, Identity.ANONYMOUS, stream), Encoding.EXTENDED_JSON);
	}

	private void disconnect(Client client) {
		client.queue.end();
		this.harness.directory().disconnected(ROOM, client.id());
	}

	/** Another node, which has the socket of a client. */
	private record OtherNode(AtomicBoolean accepts) implements Gateway {

		@Override
		public boolean send(OutgoingMessage message, List<String> connectionIds) {
			return this.accepts.get();
		}

		@Override
		public void admit(String connectionId, OutgoingMessage first) {
		}

		@Override
		public void close(String connectionId, CloseReason reason) {
		}

		@Override
		public void giveBack(String connectionId, ToServer message) {
		}

		@Override
		public Bounds bounds(String connectionId) {
			return new Bounds(Encoding.JSON, 10_000, 2 * SMALL, "rivet.events.websocket");
		}

	}

	/** A client without a socket. */
	private final class Client {

		private final OutboundQueue queue;

		private final ConnectRequest request;

		Client(ConnectRequest request, Encoding encoding) {
			this.request = request;
			this.queue = new OutboundQueue(encoding, new OutboundQueue.Limits(2 * SMALL - 500, 10_000), (bytes) -> {
			});
			ExplainedDeliveriesTests.this.harness.connect(Room.class, "k", request, this.queue);
		}

		String id() {
			return this.request.connectionId();
		}

		void subscribe(String event, String... tags) {
			ExplainedDeliveriesTests.this.harness.directory()
				.deliver(ROOM, id(), new ToServer.SubscriptionRequest(event, true, Set.of(tags)));
		}

		/** Writes everything to the socket. */
		String read() {
			List<byte[]> frames = new ArrayList<>();
			this.queue.drainTo(frames, Long.MAX_VALUE);
			StringBuilder text = new StringBuilder();
			frames.forEach((frame) -> text.append(new String(frame, StandardCharsets.UTF_8)));
			return text.toString();
		}

	}

	static class Room {

		private static final List<String> evaluated = new ArrayList<>();

		@CreateState
		int[] state() {
			evaluated.clear();
			return new int[1];
		}

		@OnConnect
		void connected(ActorContext<int[], Void> c) {
			c.broadcast("greeted", "hello");
		}

		@CanSubscribe
		boolean allow(String event) {
			return !event.equals("secret");
		}

		@Action
		void say(ActorContext<int[], Void> c, String text) {
			c.broadcast("said", text);
		}

		@Action
		void type(ActorContext<int[], Void> c, String text) {
			c.droppable().broadcast("typing", text);
		}

		@Action
		void tagged(ActorContext<int[], Void> c, String tag) {
			c.tagged(tag).broadcast("said", "tagged");
		}

		@Action
		void tellSecret(ActorContext<int[], Void> c) {
			c.broadcast("secret", "psst");
		}

		@Action
		void except(ActorContext<int[], Void> c, String connection) {
			c.except(c.conn(connection)).broadcast("said", "others");
		}

		@Action
		void whereUser(ActorContext<int[], Void> c, String user) {
			c.where((connection) -> isUser(connection, user)).broadcast("said", "chosen");
		}

		private static boolean isUser(Connection<?> connection, String user) {
			String name = connection.principal().getName();
			evaluated.add(name);
			return name.equals(user);
		}

		@Action(durable = true)
		void sayDurably(ActorContext<int[], Void> c, String text) {
			c.state()[0]++;
			c.broadcast("said", text);
		}

	}

}
