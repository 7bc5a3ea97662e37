/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.CloseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestSocket;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections whose credentials expire and are renewed, with real tokens.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, classes = ExpiringTokens.Application.class,
		properties = { "rivet.events.security.expiry-grace=500ms", "rivet.events.websocket.rejection-delay=10ms",
				"rivet.events.shutdown.spread=0s" })
class ExpiryIntegrationTests {

	/** Until the token of most tests expires. */
	private static final Duration SHORT = Duration.ofSeconds(2);

	private static final Duration LONG = Duration.ofMinutes(10);

	@LocalServerPort
	private int port;

	@Autowired
	private ExpiringTokens tokens;

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	@AfterEach
	void answer() {
		this.tokens.answerAll();
	}

	private TestClient connect(Encoding encoding, String actor, @Nullable String token, String... events) {
		return connectWith(encoding, actor, (token != null) ? ExpiringTokens.credentials(token) : null, events);
	}

	private TestClient connectWith(Encoding encoding, String actor, @Nullable JsonNode credentials, String... events) {
		List<ToServer.SubscriptionRequest> subscriptions = Stream.of(events)
			.map((event) -> new ToServer.SubscriptionRequest(event, true))
			.toList();
		return TestClient.connect(base(), encoding, actor, UUID.randomUUID().toString(),
				new ToServer.Hello(subscriptions, null, null, null, credentials, null));
	}

	private static void authenticate(TestClient client, String token) {
		client.send(new ToServer.Authenticate(ExpiringTokens.credentials(token)));
	}

	private static String call(TestClient client, long id, String action) {
		client.call(id, action);
		return client.next("ActionResponse").text("output");
	}

	private static void assertClosed(TestClient client, String code, String advice) {
		Received close = client.next("Close");
		assertThat(close.text("group")).isEqualTo("auth");
		assertThat(close.text("code")).isEqualTo(code);
		assertThat(close.text("advice")).isEqualTo(advice);
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void renewsAnOpenConnection(Encoding encoding) {
		Instant closed = Instant.now().plus(SHORT).plusMillis(600);
		try (TestClient client = connect(encoding, "desk", this.tokens.token("ada", SHORT, "USER"), "said")) {
			String connection = client.next("Init").text("connectionId");
			assertThat(client.next("Expiring").value().get("remaining").longValue()).isBetween(1L, 1000L);
			authenticate(client, this.tokens.token("ada", LONG, "USER", "READER"));
			Received response = client.next("AuthenticateResponse");
			assertThat(response.value().get("remaining").longValue()).isBetween(500_000L, 600_000L);
			assertThat(response.value().has("error")).isFalse();
			assertThat(call(client, 1, "read")).isEqualTo("ada renewed");
			Awaitility.await().until(() -> Instant.now().isAfter(closed));
			assertThat(call(client, 2, "connection")).isEqualTo(connection);
			client.call(3, "say", "still here");
			assertThat(client.next("Event").value().get("args").get(0).stringValue()).isEqualTo("still here");
		}
	}

	private JsonNode ticket(String token) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create(base() + "/ticket"))
			.POST(HttpRequest.BodyPublishers.noBody())
			.header("authorization", "Bearer " + token)
			.build();
		String answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
		return new JsonMapper().readTree(answer);
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void renewsAConnectionOfATicketByATicket(Encoding encoding) throws IOException, InterruptedException {
		JsonNode first = ticket(this.tokens.token("ada", SHORT, "USER"));
		try (TestClient client = connectWith(encoding, "desk", first, "said")) {
			client.next("Init");
			client.next("Expiring");
			JsonNode second = ticket(this.tokens.token("ada", LONG, "USER", "READER"));
			client.send(new ToServer.Authenticate(second));
			Received response = client.next("AuthenticateResponse");
			assertThat(response.value().get("remaining").longValue()).isBetween(500_000L, 600_000L);
			assertThat(call(client, 1, "read")).isEqualTo("ada renewed");
			client.send(new ToServer.Authenticate(second));
			assertClosed(client, "invalid_credentials", "credentials");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void closesAConnectionThatIsNotRenewed(Encoding encoding) {
		TestClient client = connect(encoding, "desk", this.tokens.token("ada", SHORT, "USER"));
		long remaining = client.next("Expiring").value().get("remaining").longValue();
		Instant notified = Instant.now();
		assertClosed(client, "expired", "credentials");
		assertThat(Instant.now()).isAfter(notified.plusMillis(remaining + 400));
		assertThat(client.closed()).isEqualTo(new CloseStatus(1011, "auth.expired"));
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void closesAConnectionThatIsRenewedWithTheSameToken(Encoding encoding) {
		String token = this.tokens.token("ada", SHORT, "USER");
		TestClient client = connect(encoding, "desk", token);
		client.next("Expiring");
		authenticate(client, token);
		assertThat(client.nextExtended().tag()).isEqualTo("AuthenticateResponse");
		Received close = client.nextExtended();
		assertThat(close.tag()).isEqualTo("Close");
		assertThat(close.text("code")).isEqualTo("expired");
	}

	@Test
	void closesAPlainClientAtTheExpiry() {
		HttpHeaders headers = new HttpHeaders();
		headers.setBearerAuth(this.tokens.token("ada", SHORT, "USER"));
		TestSocket client = TestSocket.open(base() + TestSocket.query("desk", "plain"), Encoding.JSON, headers);
		client.next(ToClient.Init.class);
		assertThat(client.closed()).isEqualTo(new CloseStatus(1011, "auth.expired"));
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void rejectsAnotherUser(Encoding encoding) {
		TestClient client = connect(encoding, "desk", this.tokens.token("ada", LONG, "USER"));
		client.next("Init");
		authenticate(client, this.tokens.token("linus", LONG, "USER"));
		assertClosed(client, "identity_conflict", "never");
	}

	@Test
	void rejectsTheUserOfAnAnonymousConnection() {
		TestClient client = connect(Encoding.EXTENDED_JSON, "desk", null);
		client.next("Init");
		authenticate(client, this.tokens.token("ada", LONG, "USER"));
		assertClosed(client, "identity_conflict", "never");
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void rejectsAWrongToken(Encoding encoding) {
		TestClient client = connect(encoding, "desk", this.tokens.token("ada", LONG, "USER"));
		client.next("Init");
		authenticate(client, "not a token");
		assertClosed(client, "invalid_credentials", "credentials");
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void endsASubscriptionThatTheNewTokenDoesNotPermit(Encoding encoding) {
		String token = this.tokens.token("ada", LONG, "USER", "READER");
		try (TestClient client = connect(encoding, "desk", token, "said", "secret")) {
			client.next("Init");
			assertThat(call(client, 1, "read")).isEqualTo("ada new");
			authenticate(client, this.tokens.token("ada", LONG, "USER"));
			Received ended = client.nextExtended();
			assertThat(ended.tag()).isEqualTo("SubscriptionResponse");
			assertThat(ended.text("eventName")).isEqualTo("secret");
			assertThat(ended.value().get("subscribe").booleanValue()).isTrue();
			assertThat(ended.value().get("error").get("code").stringValue()).isEqualTo("forbidden");
			assertThat(client.nextExtended().tag()).isEqualTo("AuthenticateResponse");
			client.call(2, "read");
			assertThat(client.next("Error").text("code")).isEqualTo("forbidden");
			client.call(3, "say", "one");
			assertThat(client.next("Event").text("name")).isEqualTo("said");
			client.next("ActionResponse");
			client.call(4, "say", "two");
			assertThat(client.next("Event").value().get("args").get(0).stringValue()).isEqualTo("two");
		}
	}

	@Test
	void closesAConnectionThatTheAccessRuleNoLongerPermits() {
		TestClient client = connect(Encoding.EXTENDED_JSON, "vault", this.tokens.token("ada", LONG, "READER"));
		client.next("Init");
		authenticate(client, this.tokens.token("ada", LONG, "USER"));
		assertClosed(client, "forbidden", "never");
	}

	@Test
	void closesAConnectionWithTheErrorOfTheHook() {
		TestClient client = connect(Encoding.EXTENDED_JSON, "desk", this.tokens.token("ada", LONG, "USER"));
		client.next("Init");
		authenticate(client, this.tokens.token("ada", LONG, "BANNED"));
		assertThat(client.next("Close").text("code")).isEqualTo("banned");
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void staysOpenIfATokenCannotBeChecked(Encoding encoding) {
		try (TestClient client = connect(encoding, "desk", this.tokens.token("ada", LONG, "USER"))) {
			client.next("Init");
			String renewed = this.tokens.token("ada", LONG, "USER", "READER");
			this.tokens.fail(renewed);
			authenticate(client, renewed);
			Received response = client.next("AuthenticateResponse");
			assertThat(response.value().get("error").get("code").stringValue()).isEqualTo("internal_error");
			this.tokens.answerAll();
			authenticate(client, renewed);
			assertThat(client.next("AuthenticateResponse").value().has("error")).isFalse();
			assertThat(call(client, 1, "read")).isEqualTo("ada renewed");
		}
	}

	@Test
	void rejectsCredentialsWhileOthersAreChecked() {
		TestClient client = connect(Encoding.EXTENDED_JSON, "desk", this.tokens.token("ada", LONG, "USER"));
		client.next("Init");
		String slow = this.tokens.token("ada", LONG, "USER");
		this.tokens.delay(slow);
		authenticate(client, slow);
		authenticate(client, slow);
		assertThat(client.next("Close").text("code")).isEqualTo("invalid_request");
	}

}
