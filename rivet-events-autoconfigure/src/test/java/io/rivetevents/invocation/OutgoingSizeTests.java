/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionSynchronizationUtils;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.cluster.ClusterConnections;
import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Receipt;
import io.rivetevents.contract.Volatile;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.OutboundEvent;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.extension.Selection;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.limit.Limit;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.outbound.QueuedTotal;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A message that is too long to be sent fails where it is created, for each way to send
 * and each encoding, and ends no connection.
 */
@ExtendWith(OutputCaptureExtension.class)
class OutgoingSizeTests {

	private static final int MAX = 10_000;

	private static final String TOO_LONG = "x".repeat(MAX);

	private final Room room = new Room();

	private ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.room);

	private ClusterConnections connections = connections(new LocalBackplane());

	@AfterEach
	void close() {
		this.harness.close();
	}

	private ClusterConnections connections(Backplane backplane) {
		return new ClusterConnections(this.harness.connections(), backplane, this.harness.targets());
	}

	/** A way to send an event from within an action. */
	interface Way {

		Object send(ActorContext<?, ?> c, String text);

	}

	static Stream<Arguments> ways() {
		List<Way> ways = List.of((c, text) -> c.broadcast("said", text), (c, text) -> c.send("said", text),
				(c, text) -> c.to(c.conns()).broadcast("said", text),
				(c, text) -> c.except(List.of()).send("said", text), (c, text) -> c.toUser("ada").send("said", text),
				(c, text) -> c.exceptUser("bob").send("said", text),
				(c, text) -> c.where((connection) -> true).send("said", text),
				(c, text) -> c.tagged("t").broadcast("said", text), (c, text) -> {
					c.broadcast(Events.class).said(text);
					return "";
				}, (c, text) -> {
					c.send(Events.class).said(text);
					return "";
				}, (c, text) -> one(c).send("said", text), (c, text) -> c.afterCommit().send("said", text),
				(c, text) -> one(c).request("said", String.class, Duration.ofSeconds(1), text));
		return Stream.of(Encoding.values())
			.flatMap((encoding) -> IntStream.range(0, ways.size())
				.mapToObj((i) -> Arguments.of(encoding, i, ways.get(i))));
	}

	/** The connection of the lower bound. */
	private static Connection<?> one(ActorContext<?, ?> c) {
		return c.conns().stream().filter((connection) -> connection.isSubscribed("small")).findFirst().orElseThrow();
	}

	@ParameterizedTest(name = "{0}, way {1}")
	@MethodSource("ways")
	void failsAtItsSender(Encoding encoding, int number, Way way) {
		Client small = connect(encoding, MAX);
		subscribe(small, "small");
		Client large = connect(Encoding.JSON, 100 * MAX);
		this.room.way = way;
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.harness.call(Room.class, "k", "act", TOO_LONG))
			.satisfies((ex) -> {
				assertThat(ex.code()).isEqualTo("outgoing_too_long");
				assertThat(ex.text()).contains("Room[k]", "rivet.events.sse.max-outgoing-message-size=" + MAX)
					.containsAnyOf("`said`", "`rivet:request`")
					.containsPattern(" 10\\d\\d\\d bytes");
			});
		assertThat(small.queue.closeReason()).isNull();
		assertThat(small.take()).isEmpty();
		assertThat(large.take()).isEmpty();
		assertThat(this.harness.limits().hits().count(Limit.OUTGOING_SIZE)).isOne();
		if (number == 12) {
			return; // a request waits for its answer
		}
		this.harness.call(Room.class, "k", "act", "short");
		assertThat(small.take()).singleElement().asString().contains("short");
		assertThat(large.take()).hasSize((number == 10) ? 0 : 1);
	}

	/** Two connections, of which one would take it. */
	@ParameterizedTest
	@EnumSource(Encoding.class)
	void failsForTheEncodingThatMakesMostOfIt(Encoding encoding) {
		connect(Encoding.BARE, MAX);
		Client client = connect(encoding, MAX);
		byte[][] empty = new byte[600][0];
		boolean tooLong = encoding != Encoding.BARE && !encoding.name().endsWith("CBOR");
		this.room.way = (c, text) -> c.broadcast("said", (Object) empty);
		if (tooLong) {
			assertThatExceptionOfType(RivetException.class)
				.isThrownBy(() -> this.harness.call(Room.class, "k", "act", ""));
		}
		else {
			this.harness.call(Room.class, "k", "act", "");
		}
		assertThat(client.queue.closeReason()).isNull();
		assertThat(client.take()).hasSize(tooLong ? 0 : 1);
	}

	@Test
	void answersTheActionOfTheClientThatSendsIt() {
		Client other = connect(Encoding.EXTENDED_JSON, MAX);
		Client caller = connect(Encoding.JSON, MAX);
		this.room.way = (c, text) -> c.broadcast("said", text);
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), caller.id, this.harness.request(7, "act", TOO_LONG));
		this.harness.call(Room.class, "k", "act", "after");
		assertThat(caller.take()).satisfiesExactly(
				(error) -> assertThat(error).contains("outgoing_too_long", "[\"$BigInt\",\"7\"]"),
				(event) -> assertThat(event).contains("after"));
		assertThat(other.take()).singleElement().asString().contains("after").contains("\"pos\":1");
	}

	@Test
	void logsOnceForManyThatAreTooLong(CapturedOutput output) {
		connect(Encoding.JSON, MAX);
		this.room.way = (c, text) -> c.broadcast("said", text);
		for (int i = 0; i < 20; i++) {
			assertThatExceptionOfType(RivetException.class)
				.isThrownBy(() -> this.harness.call(Room.class, "k", "act", TOO_LONG));
		}
		assertThat(output.getAll().split("was not sent", -1)).hasSize(2);
		assertThat(this.harness.limits().hits().count(Limit.OUTGOING_SIZE)).isEqualTo(20);
	}

	@Test
	void failsTheReceiptOfAHandle() {
		Client client = connect(Encoding.JSON, MAX);
		ActorHandle handle = this.harness.actors().get("Room", "k");
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> handle.broadcast("said", TOO_LONG).whenDone().block(ActorHarness.PATIENCE))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("outgoing_too_long"));
		assertThat(client.queue.closeReason()).isNull();
	}

	@Test
	void failsAtTheSenderOutsideOfActors() {
		Client client = connect(Encoding.JSON, MAX);
		List<Consumer<String>> ways = List.of((text) -> this.connections.here().broadcast("said", text),
				(text) -> this.connections.everywhere().send("said", text),
				(text) -> this.connections.sendToUser("ada", "said", text),
				(text) -> this.connections.here().where((connection) -> true).send("said", text),
				(text) -> this.connections.ofUser("ada").get(0).send("said", text));
		for (Consumer<String> way : ways) {
			assertThatExceptionOfType(RivetException.class).isThrownBy(() -> way.accept(TOO_LONG))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo("outgoing_too_long"));
			way.accept("short");
			assertThat(client.take()).hasSize(1);
		}
		assertThat(client.queue.closeReason()).isNull();
	}

	@Test
	void failsWithinTheTransactionItIsBoundTo() {
		Client client = connect(Encoding.JSON, MAX);
		TransactionSynchronizationManager.initSynchronization();
		TransactionSynchronizationManager.setActualTransactionActive(true);
		try {
			assertThatExceptionOfType(RivetException.class)
				.isThrownBy(() -> this.connections.user("ada").afterCommit().send("said", TOO_LONG));
			Receipt later = this.connections.here().where((connection) -> true).afterCommit().send("said", TOO_LONG);
			TransactionSynchronizationUtils.triggerAfterCompletion(0);
			assertThatExceptionOfType(RivetException.class)
				.isThrownBy(() -> later.whenDone().block(ActorHarness.PATIENCE));
		}
		finally {
			TransactionSynchronizationManager.clear();
		}
		assertThat(client.queue.closeReason()).isNull();
	}

	/** The sender is on another node and cannot receive an error. */
	@Test
	void dropsWhatComesFromAnotherNode(CapturedOutput output) {
		Client client = connect(Encoding.JSON, MAX);
		OtherNode other = new OtherNode();
		connections(other).start();
		other.receiver.accept(event(TOO_LONG));
		assertThat(output).contains("Event `said` of Room[k]", "was not sent");
		assertThat(this.harness.limits().hits().count(Limit.OUTGOING_SIZE)).isOne();
		assertThat(client.queue.closeReason()).isNull();
		other.receiver.accept(event("short"));
		assertThat(client.take()).hasSize(1);
	}

	@Test
	void dropsWhatMayBeDropped() {
		Client client = connect(Encoding.JSON, MAX);
		this.room.way = (c, text) -> c.droppable().broadcast("said", text);
		this.harness.call(Room.class, "k", "act", TOO_LONG);
		this.room.way = (c, text) -> {
			c.broadcast(Events.class).typing(text);
			return "";
		};
		this.harness.call(Room.class, "k", "act", TOO_LONG);
		assertThat(client.take()).isEmpty();
		assertThat(client.queue.closeReason()).isNull();
	}

	/** The sender is not to blame, and the others get it. */
	@ParameterizedTest
	@EnumSource(Encoding.class)
	void leavesOneConnectionOutForWhichAnInterceptorMakesItTooLong(Encoding encoding) {
		this.harness.close();
		Client[] victim = new Client[1];
		OutboundInterceptor enlarging = (event) -> event.connection().id().equals(victim[0].id)
				? event.withArgs(event.args().with(0, TOO_LONG)) : event;
		this.harness = new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
				new ActorHarness.Neighbours(List.of(), List.of(enlarging), ActorObserver.NONE), this.room);
		victim[0] = connect(encoding, MAX);
		Client other = connect(Encoding.JSON, MAX);
		this.room.way = (c, text) -> c.broadcast("said", text);
		this.harness.call(Room.class, "k", "act", "short");
		this.harness.call(Room.class, "k", "act", "x".repeat(MAX / 2));
		assertThat(other.take()).hasSize(2);
		if (encoding.isExtended()) {
			assertThat(victim[0].take()).singleElement().asString().containsIgnoringCase("gap");
			assertThat(victim[0].queue.closeReason()).isNull();
		}
		else {
			assertThat(victim[0].queue.closeReason()).isEqualTo(CloseReason.of(ErrorCode.OUTGOING_TOO_LONG));
		}
	}

	/** Kept as JSON it fits, sent again in another encoding it may not. */
	@Test
	void startsAnewWhatCouldNotBeSentAgain() {
		Client first = connect(Encoding.EXTENDED_JSON, 100 * MAX, stream("s", null));
		this.room.way = (c, text) -> c.broadcast("said", text);
		this.harness.call(Room.class, "k", "act", TOO_LONG);
		Position start = new Position(first.epoch(), 0);
		Client again = connect(Encoding.EXTENDED_JSON, 100 * MAX, stream("s", start));
		assertThat(again.welcome).contains("\"outcome\":\"resumed\"", "\"replayed\":1");
		Client small = connect(Encoding.EXTENDED_JSON, MAX, stream("s", start));
		assertThat(small.welcome).contains("\"outcome\":\"resynced\"", "history_exceeded");
		assertThat(small.queue.closeReason()).isNull();
	}

	/** The answer is lost, the caller must not wait for it. */
	@Test
	void failsAnActionWhoseAnswerCannotBeQueued() {
		Client client = connect(Encoding.JSON, MAX);
		client.failing = new OutOfMemoryError("injected");
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.id, this.harness.request(7, "echo", "x"));
		this.harness.call(Room.class, "k", "echo", "after");
		assertThat(client.take()).anySatisfy((message) -> assertThat(message).contains("internal_error"));
	}

	/** One of many fails in the midst of a broadcast. */
	@Test
	void closesTheOneConnectionThatFailsInABroadcast() {
		List<Client> clients = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			clients.add(connect(Encoding.JSON, MAX));
		}
		Client broken = clients.get(7);
		broken.failing = new OutOfMemoryError("injected");
		this.room.way = (c, text) -> c.broadcast("said", text);
		this.harness.call(Room.class, "k", "act", "short");
		assertThat(broken.queue.closeReason()).isEqualTo(CloseReason.of(ErrorCode.INTERNAL_ERROR));
		clients.remove(broken);
		assertThat(clients).allSatisfy((client) -> {
			assertThat(client.queue.closeReason()).isNull();
			assertThat(client.take()).hasSize(1);
		});
	}

	private static StreamRequest stream(String id, Position resume) {
		return new StreamRequest(List.of(new ToServer.SubscriptionRequest("said", true)), resume,
				(resume != null) ? StreamRequest.StreamProof.PROVEN : StreamRequest.StreamProof.NEW, id, "secret", null,
				null, Duration.ofSeconds(10));
	}

	private static AddressedEvent event(String text) {
		return new AddressedEvent(Selection.ALL, false, "said", List.of(StringNode.valueOf(text)), Set.of(), false);
	}

	private Client connect(Encoding encoding, int maxMessageSize) {
		Client client = connect(encoding, maxMessageSize, encoding.isExtended() ? stream("own", null) : null);
		subscribe(client, "said");
		return client;
	}

	private void subscribe(Client client, String event) {
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.id, new ToServer.SubscriptionRequest(event, true));
		this.harness.call(Room.class, "k", "echo", "");
		client.take();
	}

	private Client connect(Encoding encoding, int maxMessageSize, StreamRequest stream) {
		Identity ada = new Identity(() -> "ada", null);
		ConnectRequest request = (stream != null) ? ConnectRequest.extended(null, ada, stream)
				: ConnectRequest.stateful(null, ada);
		Client client = new Client(request.connectionId(), encoding, maxMessageSize);
		this.harness.connections().register(request, client.queue);
		this.harness.directory().connect(ActorHarness.target(Room.class, "k"), request).block(ActorHarness.PATIENCE);
		List<String> messages = client.take();
		client.welcome = messages.isEmpty() ? "" : messages.get(0);
		return client;
	}

	/** A client that takes what it is sent when the test does. */
	private final class Client {

		private final String id;

		private final OutboundQueue queue;

		private String welcome = "";

		private Error failing;

		Client(String id, Encoding encoding, int maxMessageSize) {
			this.id = id;
			this.queue = new OutboundQueue(encoding, new OutboundQueue.Limits(1_000_000, maxMessageSize,
					"rivet.events.sse", new QueuedTotal(OutgoingSizeTests.this.harness.limits())), (waiting) -> fail());
		}

		private void fail() {
			Error failing = this.failing;
			this.failing = null;
			if (failing != null) {
				throw failing;
			}
		}

		List<String> take() {
			List<String> messages = new ArrayList<>();
			for (byte[] bytes = this.queue.poll(); bytes != null; bytes = this.queue.poll()) {
				messages.add(new String(bytes, StandardCharsets.UTF_8));
			}
			return messages;
		}

		String epoch() {
			return this.welcome.replaceAll(".*\"epoch\":\"(\\w+)\".*", "$1");
		}

	}

	private static final class OtherNode implements Backplane {

		private Consumer<AddressedEvent> receiver = (dispatch) -> {
		};

		@Override
		public void start(Consumer<AddressedEvent> receiver) {
			this.receiver = receiver;
		}

		@Override
		public void stop() {
		}

		@Override
		public void publish(AddressedEvent dispatch) {
		}

		@Override
		public BackplaneStatus status() {
			return new BackplaneStatus(true, 0, 0, 0, 0, 0, 0);
		}

	}

	interface Events {

		void said(String text);

		@Volatile
		void typing(String text);

	}

	static class Room {

		private Way way = (c, text) -> "";

		@Action
		Object act(ActorContext<?, ?> c, String text) {
			Object sent = this.way.send(c, text);
			return (sent instanceof Mono<?> answer) ? answer : null;
		}

		@Action
		String echo(String text) {
			return text;
		}

	}

}
