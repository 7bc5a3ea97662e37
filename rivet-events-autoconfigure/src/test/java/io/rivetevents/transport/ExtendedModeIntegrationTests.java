/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.CloseStatus;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.connection.Connection;
import io.rivetevents.contract.History;
import io.rivetevents.contract.Volatile;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.error.UserError;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.ToServer.CallOptions;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The extended mode on real connections, the same over WebSocket and over Server-Sent
 * Events.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.keep-alive=2s", "rivet.events.sse.keep-alive=2s",
				"rivet.events.history.max-events=20", "rivet.events.security.authentication-timeout=5s",
				"rivet.events.shutdown.spread=0s" })
class ExtendedModeIntegrationTests {

	private static final AtomicInteger KEYS = new AtomicInteger();

	@LocalServerPort
	private int port;

	private String base;

	private String key;

	@BeforeEach
	void useFreshKey() {
		this.base = "http://localhost:%d/rivet".formatted(this.port);
		this.key = "k" + KEYS.incrementAndGet();
	}

	private TestClient connect(Encoding encoding, ToServer.Hello hello) {
		return TestClient.connect(this.base, encoding, "log", this.key, hello);
	}

	private static ToServer.Hello hello(ToServer.@Nullable Resume resume, String... events) {
		return new ToServer.Hello(subscriptions(events), resume, null, null, null, null);
	}

	private static List<ToServer.SubscriptionRequest> subscriptions(String... events) {
		return List.of(events).stream().map((event) -> new ToServer.SubscriptionRequest(event, true)).toList();
	}

	/** Calls from a connection of its own, which is there as long as the test. */
	private TestClient speaker() {
		return TestClient.connect(this.base, Encoding.JSON, "log", this.key);
	}

	private static void add(TestClient speaker, int from, int to) {
		for (int i = from; i <= to; i++) {
			speaker.call(i, "add", "line " + i);
			assertThat(speaker.next(ToClient.ActionResponse.class).id()).isEqualTo(i);
		}
	}

	private static void assertLines(TestClient client, int from, int to) {
		long last = 0;
		for (int i = from; i <= to; i++) {
			Received event = client.next("Event");
			assertThat(event.value().get("args").get(0).stringValue()).isEqualTo("line " + i);
			assertThat(event.value().get("pos").longValue()).isGreaterThan(last);
			last = event.value().get("pos").longValue();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void subscribesBeforeItsHookRuns(Encoding encoding) {
		try (TestClient client = connect(encoding, hello(null, "joined", "secret"))) {
			Received init = client.nextExtended();
			assertThat(init.tag()).isEqualTo("Init");
			assertThat(init.text("outcome")).isEqualTo("fresh");
			assertThat(init.position()).isZero();
			assertThat(init.value().get("keepAlive").intValue()).isEqualTo(2000);
			JsonNode refused = init.value().get("refused").get(0);
			assertThat(refused.get("eventName").stringValue()).isEqualTo("secret");
			assertThat(refused.get("error").get("code").stringValue()).isEqualTo("forbidden");
			assertThat(refused.get("error").get("metadata").toString()).isEqualTo("{\"eventName\":\"secret\"}");
			Received joined = client.nextExtended();
			assertThat(joined.text("name")).isEqualTo("joined");
			assertThat(joined.value().get("pos").intValue()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void answersTheSnapshotWithItsPosition(Encoding encoding) {
		try (TestClient speaker = speaker()) {
			add(speaker, 1, 3);
			ToServer.Hello hello = new ToServer.Hello(subscriptions("added", "joined"), null,
					new ToServer.Snapshot("lines", List.of()), null, null, null);
			try (TestClient client = connect(encoding, hello)) {
				Received init = client.nextExtended();
				assertThat(init.value().get("snapshot")).hasSize(3);
				Received joined = client.nextExtended();
				assertThat(joined.value().get("pos").longValue()).isGreaterThan(init.position());
				add(speaker, 4, 4);
				assertLines(client, 4, 4);
			}
		}
	}

	@Test
	void tellsThatTheSnapshotFailed() {
		ToServer.Hello hello = new ToServer.Hello(List.of(), null, new ToServer.Snapshot("nope", List.of()), null, null,
				null);
		try (TestClient client = connect(Encoding.EXTENDED_JSON, hello)) {
			JsonNode error = client.next("Init").value().get("snapshotError");
			assertThat(error.get("code").stringValue()).isEqualTo("action_not_found");
		}
	}

	/** If the connection were closed, this would happen again after each reconnection. */
	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void tellsThatTheSnapshotIsTooLong(Encoding encoding) {
		ToServer.Hello hello = new ToServer.Hello(List.of(), null, new ToServer.Snapshot("much", List.of()), null, null,
				null);
		try (TestClient client = connect(encoding, hello)) {
			JsonNode error = client.next("Init").value().get("snapshotError");
			assertThat(error.get("code").stringValue()).isEqualTo("outgoing_too_long");
			assertThat(error.get("message").stringValue()).contains("max-outgoing-message-size");
			client.call(1, "much");
			assertThat(client.next("Error").text("code")).isEqualTo("outgoing_too_long");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void leavesOutMetadataThatIsTooLong(Encoding encoding) {
		try (TestClient client = connect(encoding, hello(null))) {
			client.next("Init");
			client.call(1, "refuseAtLength");
			Received error = client.next("Error");
			assertThat(error.text("code")).isEqualTo("mine");
			assertThat(error.value().has("metadata")).isFalse();
			client.call(2, "refuseAtLength");
			client.next("Error");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void resumesWhatWasMissed(Encoding encoding) {
		try (TestClient speaker = speaker()) {
			TestClient client = connect(encoding, hello(null, "added"));
			Received init = client.next("Init");
			add(speaker, 1, 3);
			assertLines(client, 1, 3);
			client.cut();
			add(speaker, 4, 9);
			speaker.call(0, "tellAll", "to all");
			speaker.next(ToClient.Event.class);
			speaker.next(ToClient.ActionResponse.class);
			// it had handled two of three
			long handled = init.position() + 3;
			try (TestClient again = connect(encoding, hello(TestClient.resume(init, handled), "added"))) {
				Received welcome = again.nextExtended();
				assertThat(welcome.text("outcome")).isEqualTo("resumed");
				assertThat(welcome.text("stream")).isEqualTo(init.text("stream"));
				assertThat(welcome.text("connectionId")).isNotEqualTo(init.text("connectionId"));
				assertThat(welcome.position()).isEqualTo(handled);
				int replayed = welcome.value().get("replayed").intValue();
				List<String> lines = new ArrayList<>();
				for (int i = 0; i < replayed; i++) {
					lines.add(again.next("Event").value().get("args").get(0).stringValue());
				}
				assertThat(lines).endsWith("line 4", "line 5", "line 6", "line 7", "line 8", "line 9", "to all");
				assertThat(again.next("KeepAlive").position()).isGreaterThan(handled + 6);
				add(speaker, 10, 10);
				assertLines(again, 10, 10);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void keepsThePositionThatTheClientHasHandled(Encoding encoding) {
		try (TestClient speaker = speaker()) {
			TestClient client = connect(encoding, hello(null, "added"));
			Received init = client.next("Init");
			add(speaker, 1, 3);
			long last = client.next("Event").value().get("pos").longValue() + 2;
			assertThat(handled(client, ToServer.UNREPORTED)).isEqualTo(ToServer.UNREPORTED);
			assertThat(handled(client, last - 1)).isEqualTo(last - 1);
			client.send(new ToServer.SubscriptionRequest("told", true, Set.of(), last));
			assertThat(handled(client, ToServer.UNREPORTED)).as("with a subscription").isEqualTo(last);
			client.send(new ToServer.Cancel(1000, last - 1));
			assertThat(handled(client, ToServer.UNREPORTED)).as("behind").isEqualTo(last);
			for (long ahead : new long[] { last + 1000, (1L << 53) - 1, Long.MAX_VALUE }) {
				assertThat(handled(client, ahead)).as("ahead").isEqualTo(last);
			}
			client.cut();
			try (TestClient resumed = connect(encoding, hello(TestClient.resume(init, last - 1), "added"))) {
				assertThat(resumed.next("Init").text("outcome")).isEqualTo("resumed");
				assertThat(handled(resumed, ToServer.UNREPORTED)).as("of its Hello").isEqualTo(last - 1);
			}
		}
	}

	@Test
	void keepsNoHandledPositionOfAnotherEpoch() {
		try (TestClient client = connect(Encoding.EXTENDED_JSON, hello(null))) {
			Received init = client.next("Init");
			ToServer.Resume other = new ToServer.Resume(new Position("other", 1), init.text("stream"),
					init.text("secret"));
			try (TestClient resynced = connect(Encoding.EXTENDED_JSON, hello(other))) {
				assertThat(resynced.next("Init").text("reason")).isEqualTo("epoch_changed");
				assertThat(handled(resynced, ToServer.UNREPORTED)).isEqualTo(ToServer.UNREPORTED);
			}
		}
	}

	@Test
	void takesNoHandledPositionInThePlainProtocol() {
		try (TestSocket plain = TestSocket.open(this.base + TestSocket.query("log", this.key), Encoding.JSON,
				new HttpHeaders())) {
			plain.next(ToClient.Init.class);
			plain.sendRaw(
					"{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":1,\"name\":\"handled\",\"args\":[],\"handled\":1}}}"
						.getBytes(StandardCharsets.UTF_8));
			assertThat(plain.next(ToClient.ActionResponse.class).output().longValue()).isEqualTo(ToServer.UNREPORTED);
		}
	}

	@Test
	void closesAClientWhoseHandledPositionIsNone() {
		TestClient client = connect(Encoding.EXTENDED_JSON, hello(null));
		client.next("Init");
		client.sendRaw(
				"{\"body\":{\"tag\":\"Cancel\",\"val\":{\"id\":1,\"handled\":-1}}}".getBytes(StandardCharsets.UTF_8));
		assertThat(client.closed()).isEqualTo(new CloseStatus(1011, "actor.invalid_request"));
	}

	/** Reports a position, and returns the one that the server keeps. */
	private static long handled(TestClient client, long reported) {
		client.send(new ToServer.ActionRequest(1, "handled", List.of(), CallOptions.NONE, reported));
		return client.next("ActionResponse").value().get("output").longValue();
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void resyncsWhatTheHistoryHasNoMore(Encoding encoding) {
		try (TestClient speaker = speaker()) {
			TestClient client = connect(encoding, hello(null, "added"));
			Received init = client.next("Init");
			client.cut();
			add(speaker, 1, 21);
			assertThat(outcome(encoding, TestClient.resume(init, init.position()), "added"))
				.isEqualTo("resynced history_exceeded");
			assertThat(outcome(encoding, TestClient.resume(init, 1_000_000), "added"))
				.isEqualTo("resynced unknown_position");
			ToServer.Resume other = new ToServer.Resume(new Position("other", init.position()), init.text("stream"),
					init.text("secret"));
			assertThat(outcome(encoding, other, "added")).isEqualTo("resynced epoch_changed");
			ToServer.Resume forged = new ToServer.Resume(new Position(init.text("epoch"), init.position() + 21),
					init.text("stream"), "forged");
			assertThat(outcome(encoding, forged, "added")).isEqualTo("resynced unknown_stream");
		}
	}

	private String outcome(Encoding encoding, ToServer.Resume resume, String... events) {
		try (TestClient client = connect(encoding, hello(resume, events))) {
			Received init = client.nextExtended();
			JsonNode reason = init.value().get("reason");
			return init.text("outcome") + ((reason != null) ? " " + reason.stringValue() : "");
		}
	}

	@Test
	void keepsLessOfAnEventThatSaysSo() {
		try (TestClient speaker = speaker()) {
			TestClient client = connect(Encoding.EXTENDED_JSON, hello(null, "added", "latest"));
			Received init = client.next("Init");
			client.cut();
			speaker.call(1, "latest", 3);
			speaker.next(ToClient.ActionResponse.class);
			ToServer.Resume resume = TestClient.resume(init, init.position() + 1);
			assertThat(outcome(Encoding.EXTENDED_JSON, resume, "added", "latest"))
				.isEqualTo("resynced history_exceeded");
			assertThat(outcome(Encoding.EXTENDED_JSON, resume, "added")).isEqualTo("resumed");
		}
	}

	/** Permission to see the event is checked again, and its loss is reported. */
	@Test
	void tellsOfVolatileEventsThatWereMissed() {
		try (TestClient speaker = speaker()) {
			TestClient client = connect(Encoding.EXTENDED_JSON, hello(null, "added", "typing"));
			Received init = client.next("Init");
			client.cut();
			speaker.call(1, "type");
			speaker.next(ToClient.ActionResponse.class);
			add(speaker, 2, 2);
			long handled = init.position() + 1;
			try (TestClient again = connect(Encoding.EXTENDED_JSON,
					hello(TestClient.resume(init, handled), "added", "typing"))) {
				assertThat(again.nextExtended().text("outcome")).isEqualTo("resumed");
				Received gap = again.nextExtended();
				assertThat(gap.tag()).isEqualTo("Gap");
				assertThat(gap.text("reason")).isEqualTo("volatile");
				assertThat(gap.value().get("events").get(0).stringValue()).isEqualTo("typing");
				assertThat(gap.position()).isEqualTo(handled);
				assertLines(again, 2, 2);
			}
		}
	}

	/** Events for this connection alone, sent before its socket is detected as dead. */
	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void resumesWhatWasForItAlone(Encoding encoding) {
		try (TestClient speaker = speaker(); TestClient halfOpen = connect(encoding, hello(null))) {
			Received init = halfOpen.next("Init");
			speaker.call(1, "whisper", init.text("connectionId"));
			speaker.next(ToClient.ActionResponse.class);
			assertThat(halfOpen.next("Event").text("name")).isEqualTo("whispered");
			try (TestClient stranger = connect(encoding,
					hello(new ToServer.Resume(new Position(init.text("epoch"), init.position() + 1), null, null)))) {
				Received other = stranger.nextExtended();
				assertThat(other.text("outcome")).isEqualTo("resumed");
				assertThat(other.value().get("replayed").intValue()).isZero();
			}
			ToServer.Resume resume = TestClient.resume(init, init.position() + 1);
			try (TestClient again = connect(encoding, hello(resume))) {
				assertThat(again.nextExtended().value().get("replayed").intValue()).isEqualTo(1);
				assertThat(again.nextExtended().text("name")).isEqualTo("whispered");
				assertThat(halfOpen.closed()).isEqualTo(new CloseStatus(1011, "connection.replaced"));
				// and once more, from the connection that was resumed
				try (TestClient third = connect(encoding, hello(resume))) {
					assertThat(third.nextExtended().value().get("replayed").intValue()).isEqualTo(1);
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void namesTheEventOfARefusedSubscription(Encoding encoding) {
		try (TestClient client = TestClient.connect(this.base, encoding, "log", this.key)) {
			client.subscribe("secret");
			ToClient.Error error = client.next(ToClient.Error.class);
			assertThat(error.code()).isEqualTo("forbidden");
			assertThat(error.metadata()).hasToString("{\"eventName\":\"secret\"}");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void answersSubscriptions(Encoding encoding) {
		try (TestClient speaker = speaker(); TestClient client = connect(encoding, hello(null))) {
			client.next("Init");
			client.subscribe("added");
			Received answer = client.next("SubscriptionResponse");
			assertThat(answer.text("eventName")).isEqualTo("added");
			assertThat(answer.value().get("subscribe").booleanValue()).isTrue();
			long position = answer.position();
			add(speaker, 1, 1);
			assertThat(client.next("Event").value().get("pos").longValue()).isEqualTo(position + 1);
			client.subscribe("secret");
			JsonNode error = client.next("SubscriptionResponse").value().get("error");
			assertThat(error.get("code").stringValue()).isEqualTo("forbidden");
			assertThat(error.get("metadata").toString()).isEqualTo("{\"eventName\":\"secret\"}");
			client.send(new ToServer.SubscriptionRequest("added", false));
			assertThat(client.next("SubscriptionResponse").value().get("subscribe").booleanValue()).isFalse();
			add(speaker, 2, 2);
			Received next = client.nextExtended();
			assertThat(next.tag()).isEqualTo("KeepAlive");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void bringsTaggedEventsToThoseWhoWantThem(Encoding encoding) {
		ToServer.Hello hello = new ToServer.Hello(
				List.of(new ToServer.SubscriptionRequest("news", true, Set.of("sport"))), null, null, null, null, null);
		try (TestClient speaker = speaker(); TestClient client = connect(encoding, hello)) {
			Received init = client.next("Init");
			for (String tag : List.of("politics", "sport")) {
				speaker.call(1, "news", tag);
				speaker.next(ToClient.ActionResponse.class);
			}
			JsonNode live = client.next("Event").value();
			assertThat(live.get("args").get(0).stringValue()).isEqualTo("sport");
			assertThat(live.get("tags").toString()).isEqualTo("[\"sport\"]");
			ToServer.Hello back = new ToServer.Hello(hello.subscriptions(),
					TestClient.resume(init, init.position() + 1), null, null, null, null);
			try (TestClient again = connect(encoding, back)) {
				assertThat(again.nextExtended().value().get("replayed").intValue()).isEqualTo(1);
				assertThat(again.next("Event").value()).isEqualTo(live);
			}
		}
	}

	/** The position moves on where nothing is for this client. */
	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void tellsThePositionOfAQuietStream(Encoding encoding) {
		try (TestClient speaker = speaker(); TestClient client = connect(encoding, hello(null))) {
			long before = client.next("Init").position();
			add(speaker, 1, 5);
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(client.next("KeepAlive").position()).isGreaterThanOrEqualTo(before + 5));
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void runsACallWithAnIdempotencyKeyOnce(Encoding encoding) {
		CallOptions options = new CallOptions(false, null, "order-1");
		try (TestClient client = connect(encoding, hello(null))) {
			Received init = client.next("Init");
			client.send(TestClient.request(1, "next", options));
			client.send(TestClient.request(2, "next", options));
			client.send(TestClient.request(3, "next", new CallOptions(false, null, "order-2")));
			assertThat(output(client)).isEqualTo(1);
			assertThat(output(client)).isEqualTo(1);
			assertThat(output(client)).isEqualTo(2);
			try (TestClient again = connect(encoding, hello(TestClient.resume(init, init.position())))) {
				again.next("Init");
				again.send(TestClient.request(1, "next", options));
				assertThat(output(again)).isEqualTo(1);
			}
			try (TestClient other = connect(encoding, hello(null))) {
				other.next("Init");
				other.send(TestClient.request(1, "next", options));
				assertThat(output(other)).isEqualTo(3);
			}
		}
	}

	private static int output(TestClient client) {
		return client.next("ActionResponse").value().get("output").intValue();
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void doesNotAnswerAOneWayCall(Encoding encoding) {
		CallOptions oneWay = new CallOptions(true, null, null);
		try (TestClient client = connect(encoding, hello(null))) {
			client.next("Init");
			client.send(TestClient.request(1, "next", oneWay));
			client.send(TestClient.request(2, "nope", oneWay));
			client.call(3, "next");
			Received answer = client.next("ActionResponse");
			assertThat(answer.value().get("id").intValue()).isEqualTo(3);
			assertThat(answer.value().get("output").intValue()).isEqualTo(2);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void cancelsWhatRunsAndWhatWaits(Encoding encoding) {
		try (TestClient client = connect(encoding, hello(null))) {
			client.next("Init");
			for (String action : List.of("sleep", "wait")) {
				client.call(1, action);
				client.call(2, "next");
				client.send(new ToServer.Cancel(2));
				client.send(new ToServer.Cancel(1));
				assertError(client, 1, "cancelled");
				assertError(client, 2, "cancelled");
			}
			client.call(3, "next");
			assertThat(output(client)).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void endsWhatNobodyNeedsAnyMore(Encoding encoding) {
		CallOptions soon = new CallOptions(false, Duration.ofMillis(300), null);
		try (TestClient client = connect(encoding, hello(null))) {
			client.next("Init");
			for (String action : List.of("sleep", "wait")) {
				client.send(TestClient.request(1, action, soon));
				client.send(TestClient.request(2, "next", new CallOptions(false, Duration.ofMillis(1), null)));
				// at once, not when its turn comes
				assertError(client, 2, "deadline_exceeded");
				assertError(client, 1, "deadline_exceeded");
			}
			client.send(TestClient.request(3, "next", new CallOptions(false, Duration.ofMinutes(1), null)));
			assertThat(output(client)).isEqualTo(1);
		}
	}

	private static void assertError(TestClient client, int id, String code) {
		Received error = client.next("Error");
		assertThat(error.value().get("actionId").intValue()).isEqualTo(id);
		assertThat(error.text("code")).isEqualTo(code);
	}

	/** Its caller has seen it fail. */
	@Test
	void doesNotRunWhatWaitsWhenItsConnectionEnds() {
		try (TestClient speaker = speaker()) {
			TestClient client = connect(Encoding.EXTENDED_JSON, hello(null, "napping"));
			client.next("Init");
			client.call(1, "nap");
			client.next("Event");
			client.call(2, "next");
			client.send(TestClient.request(3, "next", new CallOptions(true, null, null)));
			client.cut();
			Awaitility.await().until(() -> {
				speaker.call(1, "naps");
				return speaker.next(ToClient.ActionResponse.class).output().intValue() == 1;
			});
			speaker.call(2, "next");
			assertThat(speaker.next(ToClient.ActionResponse.class).output().intValue()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void saysWhyItClosesAndWhatToDo(Encoding encoding) {
		try (TestClient client = connect(encoding, hello(null))) {
			client.next("Init");
			client.call(1, "kick");
			Received close = client.next("Close");
			assertThat(close.text("advice")).isEqualTo("never");
			assertThat(close.text("message")).isEqualTo("enough");
			assertThat(client.closed()).isEqualTo(new CloseStatus(1000, "enough"));
		}
		ToServer.Hello refused = new ToServer.Hello(List.of(), null, null, StringNode.valueOf("refused"), null, null);
		try (TestClient client = connect(encoding, refused)) {
			assertThat(client.nextExtended().text("code")).isEqualTo("not_you");
			Received close = client.nextExtended();
			assertThat(close.text("group") + "." + close.text("code")).isEqualTo("user.not_you");
			assertThat(close.text("advice")).isEqualTo("never");
		}
	}

	/** A client sends messages as soon as it has the answer to its handshake. */
	@Test
	void losesNoHelloRightBehindTheHandshake() throws Exception {
		HttpClient http = HttpClient.newHttpClient();
		URI uri = URI.create((this.base + TestSocket.query("log", this.key)).replace("http:", "ws:"));
		for (int i = 0; i < 300; i++) {
			CompletableFuture<CharSequence> first = new CompletableFuture<>();
			WebSocket socket = http.newWebSocketBuilder()
				.subprotocols("rivet", "rivet_encoding.json", "rivet_ext.1")
				.buildAsync(uri, new WebSocket.Listener() {

					@Override
					public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
						first.complete(data);
						return null;
					}

				})
				.get();
			socket.sendText("{\"body\":{\"tag\":\"Hello\",\"val\":{}}}", true);
			assertThat(first.get(10, TimeUnit.SECONDS)).contains("\"Init\"");
			socket.abort();
		}
	}

	/** Its welcome may be on the way already. */
	@Test
	void takesWhatAClientSaysBeforeItIsConnected() {
		ToServer.Hello slow = new ToServer.Hello(List.of(), null, null, StringNode.valueOf("slow"), null, null);
		Log.slow = new CountDownLatch(1);
		try (TestClient client = connect(Encoding.EXTENDED_JSON, slow)) {
			for (int i = 1; i <= 900; i++) {
				client.call(i, "next");
			}
			Log.slow.countDown();
			for (int i = 1; i <= 900; i++) {
				assertThat(output(client)).isEqualTo(i);
			}
		}
		Log.slow = new CountDownLatch(1);
		TestClient talkative = connect(Encoding.EXTENDED_JSON, slow);
		flood(talkative, 1100, "next");
		assertThat(talkative.closed()).isEqualTo(new CloseStatus(1011, "actor.overloaded"));
		TestClient heavy = connect(Encoding.EXTENDED_JSON, slow);
		flood(heavy, 60, "add", "x".repeat(60_000));
		assertThat(heavy.closed()).isEqualTo(new CloseStatus(1011, "actor.overloaded"));
		Log.slow.countDown();
	}

	/** Until the server has enough. */
	private static void flood(TestClient client, int count, String action, Object... args) {
		try {
			for (int i = 1; i <= count; i++) {
				client.call(i, action, args);
			}
		}
		catch (Sinks.EmissionException ex) {
			// it has closed already
		}
	}

	@Test
	void closesAClientThatDoesNotSayHello() {
		TestSocket silent = TestSocket.open(this.base + TestSocket.query("log", this.key), Encoding.EXTENDED_JSON,
				new HttpHeaders());
		assertThat(silent.closed()).isEqualTo(new CloseStatus(1011, "connection.timed_out"));
	}

	@Test
	void refusesAnotherFirstMessageAndASecondHello() {
		TestSocket hasty = TestSocket.open(this.base + TestSocket.query("log", this.key), Encoding.EXTENDED_JSON,
				new HttpHeaders());
		hasty.call(1, "next");
		assertThat(hasty.closed()).isEqualTo(new CloseStatus(1011, "actor.invalid_request"));
		TestClient talkative = connect(Encoding.EXTENDED_JSON, hello(null));
		talkative.next("Init");
		talkative.send(TestClient.HELLO);
		assertThat(talkative.closed()).isEqualTo(new CloseStatus(1011, "actor.invalid_request"));
	}

	@Test
	void refusesTheExtendedModeInBare() {
		TestSocket bare = TestSocket.open(this.base + TestSocket.query("log", this.key), Encoding.BARE,
				new HttpHeaders(), "rivet_ext.1");
		assertThat(bare.closed()).isEqualTo(new CloseStatus(1003, "actor.unsupported_websocket_encoding"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, Log.class })
	static class Application {

	}

	interface Events {

		void added(String line);

		@Volatile
		void typing();

		@History(maxEvents = 2)
		void latest(int number);

	}

	@Actor(name = "log", events = Events.class)
	static class Log {

		/** What the hook of a slow client waits for. */
		static volatile CountDownLatch slow = new CountDownLatch(0);

		static class State {

			public List<String> lines = new ArrayList<>();

			public int counter;

			public int naps;

		}

		@CreateState
		State create() {
			return new State();
		}

		@CanSubscribe
		boolean canSubscribe(String event) {
			return !event.equals("secret");
		}

		@OnConnect
		void connect(ActorContext<State, ?> c, @ConnParams @Nullable String params) throws InterruptedException {
			if ("slow".equals(params)) {
				slow.await(10, TimeUnit.SECONDS);
			}
			if ("refused".equals(params)) {
				c.broadcast("joined");
				throw new io.rivetevents.error.UserError("not_you", "Not you");
			}
			c.broadcast("joined");
		}

		@OnDisconnect
		void disconnect(ActorContext<State, ?> c) {
		}

		@Action
		void add(ActorContext<State, ?> c, String line) {
			c.state().lines.add(line);
			c.broadcast("added", line);
		}

		@Action(snapshot = true)
		String much() {
			return "x".repeat(2_000_000);
		}

		@Action
		void refuseAtLength() {
			throw new UserError("mine", "text", "x".repeat(2_000_000));
		}

		@Action(snapshot = true)
		List<String> lines(ActorContext<State, ?> c) {
			return c.state().lines;
		}

		@Action
		void tellAll(ActorContext<State, ?> c, String text) {
			c.send("told", text);
		}

		@Action
		void type(ActorContext<State, ?> c) {
			c.broadcast("typing");
		}

		@Action
		void latest(ActorContext<State, ?> c, int count) {
			for (int i = 0; i < count; i++) {
				c.broadcast("latest", i);
			}
		}

		@Action
		void whisper(ActorContext<State, ?> c, String connectionId) {
			List<? extends Connection<?>> one = c.conns()
				.stream()
				.filter((connection) -> connection.id().equals(connectionId))
				.toList();
			c.to(one).send("whispered");
		}

		@Action
		void news(ActorContext<State, ?> c, String tag) {
			c.tagged(tag).broadcast("news", tag);
		}

		@Action
		long handled(ActorContext<State, ?> c) {
			return ((ActorConnection) c.conn()).handled();
		}

		@Action
		int next(ActorContext<State, ?> c) {
			return ++c.state().counter;
		}

		@Action
		void sleep() throws InterruptedException {
			Thread.sleep(60_000);
		}

		@Action("wait")
		Mono<String> waitForEver() {
			return Mono.never();
		}

		/** Until its caller has left. */
		@Action
		void nap(ActorContext<State, ?> c) {
			c.broadcast("napping");
			Awaitility.await().until(((ActorConnection) c.conn())::hasEnded);
			c.state().naps++;
		}

		@Action
		int naps(ActorContext<State, ?> c) {
			return c.state().naps;
		}

		@Action
		void kick(ActorContext<State, ?> c) {
			c.conn().disconnect("enough");
		}

	}

}
