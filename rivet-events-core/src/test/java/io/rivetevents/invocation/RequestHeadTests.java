/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.connection.RequestHead;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The head of the request by which a client connects.
 */
class RequestHeadTests {

	private static final RequestHead HEAD = new RequestHead("/rivet/room", "token=secret1",
			Map.of("X-Client", List.of("one", "two"), "Authorization", List.of("Bearer secret2"), "None", List.of()),
			Map.of("session", List.of("secret3")), InetAddress.getLoopbackAddress());

	@Test
	void findsHeadersInAnyCase() {
		assertThat(HEAD.header("x-client")).isEqualTo("one");
		assertThat(HEAD.headers().get("X-CLIENT")).containsExactly("one", "two");
		assertThat(HEAD.header("none")).isNull();
		assertThat(HEAD.header("missing")).isNull();
		assertThat(HEAD.cookie("session")).isEqualTo("secret3");
		assertThat(HEAD.cookie("Session")).isNull();
	}

	@Test
	void textHasNoCredentials() {
		assertThat(HEAD).hasToString("request for /rivet/room");
		assertThat(ConnectRequest.stateful(null, Identity.ANONYMOUS).withHead(HEAD).toString())
			.doesNotContain("secret");
	}

	@Test
	void isNotKeptOnceTheClientIsConnected() {
		ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS).withHead(HEAD);
		assertThat(request.withGateway("node").head()).isEqualTo(HEAD);
		assertThat(request.established().head()).isNull();
		assertThat(request.established().connectionId()).isEqualTo(request.connectionId());
	}

	@Test
	void isForHooksOfConnectingAlone() {
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Connecting())) {
			assertThat(harness.types().takeRequestHead()).isTrue();
		}
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Plain())) {
			assertThat(harness.types().takeRequestHead()).isFalse();
		}
		for (Object actor : List.of(new InAction(), new InDisconnect())) {
			assertThatExceptionOfType(InvalidActorException.class)
				.isThrownBy(() -> new ActorHarness(ActorSettings.DEFAULTS, actor))
				.withMessageContaining("RequestHead");
		}
	}

	static class Plain {

		@Action
		void act() {
		}

	}

	static class Connecting extends Plain {

		@OnConnect
		void connected(RequestHead head) {
		}

	}

	static class InAction {

		@Action
		void act(RequestHead head) {
		}

	}

	static class InDisconnect extends Plain {

		@OnDisconnect
		void left(RequestHead head) {
		}

	}

}
