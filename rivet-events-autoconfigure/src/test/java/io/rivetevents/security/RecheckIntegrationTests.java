/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.UUID;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.web.reactive.socket.CloseStatus;

import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestSocket;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections of users that have been disabled end without a logout, and those of users
 * whose roles have changed have the new ones.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, classes = RecheckedUsers.Application.class,
		properties = { "rivet.events.security.recheck-interval=50ms", "rivet.events.websocket.rejection-delay=10ms",
				"rivet.events.shutdown.spread=0s" })
class RecheckIntegrationTests {

	private final RecheckedUsers users;

	private final String key = UUID.randomUUID().toString();

	RecheckIntegrationTests(@LocalServerPort int port) {
		this.users = new RecheckedUsers("http://localhost:%d/rivet".formatted(port));
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void closesTheConnectionsOfADisabledUser(Encoding encoding) {
		String user = RecheckedUsers.add("USER");
		try (TestClient client = this.users.connect(encoding, user, "desk", this.key);
				TestSocket plain = this.users.connectPlain(user, "desk", this.key);
				TestClient other = this.users.connect(encoding, RecheckedUsers.add("USER"), "desk", this.key)) {
			client.next("Init");
			RecheckedUsers.change(user, (changed) -> changed.disabled(true));
			CloseStatus loggedOut = new CloseStatus(1011, "auth.logged_out");
			assertThat(client.closed()).isEqualTo(loggedOut);
			assertThat(plain.closed()).isEqualTo(loggedOut);
			assertThat(RecheckedUsers.call(other, "state")).isEqualTo("new");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void endsASubscriptionThatTheUserMayNoLongerHave(Encoding encoding) {
		String user = RecheckedUsers.add("USER", "READER");
		try (TestClient client = this.users.connect(encoding, user, "desk", this.key, "said", "secret");
				TestClient teller = this.users.connect(encoding, RecheckedUsers.add("USER"), "desk", this.key)) {
			client.next("Init");
			assertThat(RecheckedUsers.call(client, "state")).isEqualTo("new");
			RecheckedUsers.change(user, (changed) -> changed.roles("USER"));
			Received ended = client.nextExtended();
			assertThat(ended.tag()).isEqualTo("SubscriptionResponse");
			assertThat(ended.text("eventName")).isEqualTo("secret");
			assertThat(ended.value().get("error").get("code").stringValue()).isEqualTo("forbidden");
			assertThat(RecheckedUsers.call(client, "state")).isEqualTo("renewed");
			teller.call(1, "say", 7);
			assertThat(client.nextExtended().text("name")).isEqualTo("said");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void losesNoEventMeanwhile(Encoding encoding) {
		String user = RecheckedUsers.add("USER", "READER");
		try (TestClient client = this.users.connect(encoding, user, "desk", this.key, "said");
				TestClient teller = this.users.connect(encoding, RecheckedUsers.add("USER"), "desk", this.key)) {
			client.next("Init");
			client.subscribe("secret");
			assertThat(client.next("SubscriptionResponse").value().has("error")).isFalse();
			RecheckedUsers.change(user, (changed) -> changed.roles("USER"));
			assertThat(RecheckedUsers.tellUntil(client, teller, "SubscriptionResponse").text("eventName"))
				.isEqualTo("secret");
		}
	}

	@Test
	void endsASubscriptionOfARivetKitClient() {
		String user = RecheckedUsers.add("USER", "READER");
		try (TestSocket client = this.users.connectPlain(user, "desk", this.key, "said", "secret");
				TestClient teller = this.users.connect(Encoding.EXTENDED_JSON, RecheckedUsers.add("USER"), "desk",
						this.key)) {
			client.call(1, "state");
			client.next(ToClient.ActionResponse.class);
			RecheckedUsers.change(user, (changed) -> changed.roles("USER"));
			ToClient.Error error = RecheckedUsers.tellUntilError(client, teller);
			assertThat(error.code()).isEqualTo("forbidden");
			assertThat(error.metadata().get("eventName").stringValue()).isEqualTo("secret");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void permitsWhatAnAddedRolePermits(Encoding encoding) {
		String user = RecheckedUsers.add("USER");
		try (TestClient client = this.users.connect(encoding, user, "desk", this.key)) {
			client.next("Init");
			RecheckedUsers.change(user, (changed) -> changed.roles("USER", "READER"));
			awaitRenewed(client);
			client.subscribe("secret");
			assertThat(client.next("SubscriptionResponse").value().has("error")).isFalse();
		}
	}

	private static void awaitRenewed(TestClient client) {
		Awaitility.await().until(() -> RecheckedUsers.call(client, "state").equals("renewed"));
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void closesAConnectionToAnActorThatTheUserMayNoLongerAccess(Encoding encoding) {
		String user = RecheckedUsers.add("READER");
		try (TestClient client = this.users.connect(encoding, user, "vault", this.key);
				TestSocket plain = this.users.connectPlain(user, "vault", this.key)) {
			client.next("Init");
			RecheckedUsers.change(user, (changed) -> changed.roles("USER"));
			CloseStatus forbidden = new CloseStatus(1011, "auth.forbidden");
			assertThat(client.closed()).isEqualTo(forbidden);
			assertThat(plain.closed()).isEqualTo(forbidden);
		}
	}

}
