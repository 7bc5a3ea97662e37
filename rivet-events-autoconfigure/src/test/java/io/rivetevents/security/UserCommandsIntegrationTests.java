/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.CloseStatus;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.connection.Connections;
import io.rivetevents.connection.UserRecipients;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestSocket;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application ends the rights of a user while the user is connected.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		classes = { ExpiringTokens.Application.class, UserCommandsIntegrationTests.Gate.class },
		properties = { "rivet.events.security.expiry-grace=500ms", "rivet.events.websocket.rejection-delay=10ms",
				"rivet.events.shutdown.spread=0s" })
class UserCommandsIntegrationTests {

	private static final Duration LONG = Duration.ofMinutes(10);

	private static final CloseStatus EXPIRED = new CloseStatus(1011, "auth.expired");

	@LocalServerPort
	private int port;

	@Autowired
	private ExpiringTokens tokens;

	@Autowired
	private Connections connections;

	@Autowired
	private Gate gate;

	private final String ada = "ada-" + UUID.randomUUID();

	private final String linus = "linus-" + UUID.randomUUID();

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	private UserRecipients ada() {
		return this.connections.user(this.ada);
	}

	private String token(String user, String... roles) {
		return this.tokens.token(user, LONG, roles);
	}

	private TestClient connect(Encoding encoding, String user, String key, String... events) {
		List<ToServer.SubscriptionRequest> subscriptions = Stream.of(events)
			.map((event) -> new ToServer.SubscriptionRequest(event, true))
			.toList();
		TestClient client = TestClient.connect(base(), encoding, "desk", key, new ToServer.Hello(subscriptions, null,
				null, null, ExpiringTokens.credentials(token(user, "USER", "READER")), null));
		client.next("Init");
		return client;
	}

	private TestSocket connectPlain(String user, String key) {
		HttpHeaders headers = new HttpHeaders();
		headers.setBearerAuth(token(user, "USER"));
		TestSocket client = TestSocket.open(base() + TestSocket.query("desk", key), Encoding.JSON, headers);
		client.next(ToClient.Init.class);
		return client;
	}

	private static void assertOpen(TestClient client) {
		client.call(9, "connection");
		client.next("ActionResponse");
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void disconnectsAUser(Encoding encoding) {
		try (TestClient client = connect(encoding, this.ada, "k");
				TestSocket plain = connectPlain(this.ada, "k");
				TestClient other = connect(encoding, this.linus, "k")) {
			assertThat(ada().disconnect("moved")).isEqualTo(2);
			CloseStatus moved = new CloseStatus(1000, "moved");
			assertThat(client.closed()).isEqualTo(moved);
			assertThat(plain.closed()).isEqualTo(moved);
			assertOpen(other);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void revokesSomeConnectionsOfAUser(Encoding encoding) {
		try (TestClient client = connect(encoding, this.ada, "lobby");
				TestSocket plain = connectPlain(this.ada, "lobby");
				TestClient elsewhere = connect(encoding, this.ada, "attic");
				TestClient other = connect(encoding, this.linus, "lobby")) {
			assertThat(
					ada().revoke((connection) -> connection.actorKey().parts().contains("lobby"), Duration.ofSeconds(5))
						.block(Duration.ofSeconds(10))
						.connections())
				.hasSize(2);
			CloseStatus forbidden = new CloseStatus(1011, "auth.forbidden");
			assertThat(client.closed()).isEqualTo(forbidden);
			assertThat(plain.closed()).isEqualTo(forbidden);
			assertOpen(elsewhere);
			assertOpen(other);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void requestsNewCredentials(Encoding encoding) {
		try (TestClient client = connect(encoding, this.ada, "k", "said", "secret");
				TestClient other = connect(encoding, this.linus, "k", "said")) {
			assertThat(ada().reauthenticate()).isOne();
			assertThat(client.nextExtended()).satisfies((expiring) -> {
				assertThat(expiring.tag()).isEqualTo("Expiring");
				assertThat(expiring.value().get("remaining").longValue()).isZero();
			});
			Instant closed = Instant.now().plusMillis(600);
			client.send(new ToServer.Authenticate(ExpiringTokens.credentials(token(this.ada, "USER"))));
			assertThat(client.nextExtended().text("eventName")).isEqualTo("secret");
			Received response = client.nextExtended();
			assertThat(response.tag()).isEqualTo("AuthenticateResponse");
			assertThat(response.value().get("remaining").longValue()).isBetween(500_000L, 600_000L);
			Awaitility.await().until(() -> Instant.now().isAfter(closed));
			client.call(1, "say", "still here");
			assertThat(client.nextExtended().text("name")).isEqualTo("said");
			assertThat(other.nextExtended().text("name")).isEqualTo("said");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void closesAClientThatSendsNoNewCredentials(Encoding encoding) {
		try (TestClient client = connect(encoding, this.ada, "k");
				TestClient other = connect(encoding, this.linus, "k")) {
			Instant requested = Instant.now();
			ada().reauthenticate();
			assertThat(client.closed()).isEqualTo(EXPIRED);
			assertThat(Instant.now()).isAfter(requested.plusMillis(450));
			assertOpen(other);
		}
	}

	@Test
	void requestsNewCredentialsOfAClientThatIsConnecting() {
		try (TestClient client = TestClient.connect(base(), Encoding.EXTENDED_JSON, "gate", "k", new ToServer.Hello(
				List.of(), null, null, null, ExpiringTokens.credentials(token(this.ada, "USER")), null))) {
			Awaitility.await().until(() -> ada().reauthenticate() == 1);
			this.gate.open.tryEmitEmpty().orThrow();
			assertThat(client.nextExtended().tag()).isEqualTo("Init");
			assertThat(client.nextExtended().tag()).isEqualTo("Expiring");
			assertThat(client.closed()).isEqualTo(EXPIRED);
		}
	}

	@Test
	void closesARivetKitClientImmediately() {
		try (TestSocket plain = connectPlain(this.ada, "k"); TestSocket other = connectPlain(this.linus, "k")) {
			assertThat(ada().reauthenticate()).isOne();
			assertThat(plain.closed()).isEqualTo(EXPIRED);
			other.call(1, "connection");
			assertThat(other.next(ToClient.ActionResponse.class)).isNotNull();
		}
	}

	/** Accepts clients when it is open. */
	@Actor("gate")
	static class Gate {

		private final Sinks.Empty<Void> open = Sinks.empty();

		@OnBeforeConnect
		Mono<Void> onBeforeConnect() {
			return this.open.asMono();
		}

	}

}
