/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.CloseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.event.AuthenticationTimedOutEvent;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Credentials in the first message, after a handshake without credentials.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.security.authentication-required=true",
				"rivet.events.security.authentication-timeout=4s", "rivet.events.websocket.rejection-delay=10ms",
				"rivet.events.shutdown.spread=0s" })
class FirstMessageAuthenticationTests {

	@LocalServerPort
	private int port;

	@Autowired
	private Application application;

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	private TestClient connect(Encoding encoding, Map<String, String> credentials) {
		JsonNode tree = (credentials != null) ? new JsonMapper().valueToTree(credentials) : null;
		return TestClient.connect(base(), encoding, "room", "k",
				new ToServer.Hello(List.of(), null, null, null, tree, null));
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void signsInByTheFirstMessage(Encoding encoding) {
		try (TestClient client = connect(encoding, Map.of("username", "ada", "password", "ada"))) {
			client.next("Init");
			client.call(1, "who");
			assertThat(client.next("ActionResponse").text("output")).isEqualTo("ada");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void sendsAwayWhoHasNoneOrWrongOnes(Encoding encoding) {
		for (Map<String, String> credentials : Arrays.<Map<String, String>>asList(null,
				Map.of("username", "ada", "password", "wrong"), Map.of("unknown", "kind"))) {
			TestClient client = connect(encoding, credentials);
			assertThat(client.nextExtended().text("code"))
				.isEqualTo((credentials != null) ? "invalid_credentials" : "authentication_required");
			Received close = client.nextExtended();
			assertThat(close.tag()).isEqualTo("Close");
			assertThat(close.text("advice")).isEqualTo("credentials");
		}
	}

	@Test
	void closesAndTellsOfAClientThatDoesNotSignInInTime() {
		TestSocket silent = TestSocket.open(base() + TestSocket.query("room", "silent"), Encoding.EXTENDED_JSON,
				new HttpHeaders());
		assertThat(silent.closed()).isEqualTo(new CloseStatus(1011, "auth.authentication_timed_out"));
		Awaitility.await().until(() -> !this.application.events.isEmpty());
		AuthenticationTimedOutEvent event = this.application.events.get(0);
		assertThat(event.handshake().getPath()).isEqualTo("/rivet/gateway/room/connect");
		assertThat(event.remoteAddress()).isNotNull();
	}

	@Test
	void refusesAPlainClientThatNobodyKnows() {
		TestSocket plain = TestSocket.open(base() + TestSocket.query("room", "plain"), Encoding.JSON,
				new HttpHeaders());
		assertThat(plain.next(ToClient.Error.class).code()).isEqualTo("authentication_required");
		assertThat(plain.closed()).isEqualTo(new CloseStatus(1011, "auth.authentication_required"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ TestUsers.class, OpenAccess.class, TestActors.Room.class })
	static class Application {

		private final List<AuthenticationTimedOutEvent> events = new CopyOnWriteArrayList<>();

		@EventListener
		void on(AuthenticationTimedOutEvent event) {
			this.events.add(event);
		}

	}

}
