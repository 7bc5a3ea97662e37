/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.socket.CloseStatus;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where clients must sign in, an anonymous token is not sufficient.
 */
@SpringBootTest(classes = IdentityApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.security.authentication-required=true",
				"rivet.events.security.authentication-timeout=2s", "rivet.events.limits.principal.connections=3",
				"rivet.events.websocket.rejection-delay=10ms", "rivet.events.shutdown.spread=0s" })
class AuthenticationRequiredTests {

	@LocalServerPort
	private int port;

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	@ParameterizedTest
	@CsvSource({ "JSON,,,false", "JSON,user:ada,,true", "JSON,remembered:ada,,true", "EXTENDED_JSON,,,false",
			"EXTENDED_JSON,,user:ada,true", "EXTENDED_JSON,,anonymous:guest,false",
			"EVENT_STREAM,,anonymous:guest,false", "EXTENDED_JSON,remembered:ada,,true", "EVENT_STREAM,,,false",
			"EVENT_STREAM,,user:ada,true", "EVENT_STREAM,remembered:ada,,true" })
	void letsInWhoHasSignedIn(Encoding encoding, @Nullable String as, @Nullable String credentials, boolean letIn) {
		ToServer.Hello hello = new ToServer.Hello(List.of(), null, null, null,
				(credentials != null) ? new JsonMapper().valueToTree(Map.of("as", credentials)) : null, null);
		TestClient client;
		if (encoding == Encoding.EVENT_STREAM) {
			String[] headers = (as != null) ? new String[] { IdentityApplication.AS, as } : new String[0];
			client = TestStream.post(base(), TestClient.query("desk", "k", "sse"), hello, headers);
		}
		else {
			HttpHeaders headers = new HttpHeaders();
			if (as != null) {
				headers.set(IdentityApplication.AS, as);
			}
			client = TestSocket.open(base() + TestSocket.query("desk", "k"), encoding, headers);
			if (encoding.isExtended()) {
				client.send(hello);
			}
		}
		if (letIn) {
			if (encoding.isExtended()) {
				client.next("Init");
			}
			else {
				client.next(ToClient.Init.class);
			}
			client.call(1, "who");
			assertThat(client.next(ToClient.ActionResponse.class).output().stringValue()).isEqualTo("ada");
			client.close();
		}
		else {
			assertThat(client.next(ToClient.Error.class).code()).isEqualTo("authentication_required");
		}
	}

	@Test
	void countsConnectionsForTheirUser() {
		HttpHeaders headers = new HttpHeaders();
		headers.set(IdentityApplication.AS, "user:linus");
		String url = base() + TestSocket.query("desk", "k");
		for (int i = 0; i < 3; i++) {
			TestSocket.open(url, Encoding.JSON, headers).next(ToClient.Init.class);
		}
		assertThat(TestSocket.open(url, Encoding.JSON, headers).next(ToClient.Error.class).code())
			.isEqualTo("too_many");
	}

	@ParameterizedTest
	@CsvSource({ ",auth.authentication_timed_out", "user:ada,connection.timed_out" })
	void saysWhatASilentClientHasNotDone(@Nullable String as, String reason) {
		HttpHeaders headers = new HttpHeaders();
		if (as != null) {
			headers.set(IdentityApplication.AS, as);
		}
		TestSocket silent = TestSocket.open(base() + TestSocket.query("desk", "k"), Encoding.EXTENDED_JSON, headers);
		assertThat(silent.closed()).isEqualTo(new CloseStatus(1011, reason));
	}

	@ParameterizedTest
	@CsvSource({ ",401", "user:ada,200", "remembered:ada,200" })
	void letsInWhoHasSignedInOverHttp(@Nullable String as, int status) {
		WebTestClient.bindToServer()
			.baseUrl(base())
			.build()
			.post()
			.uri(java.net.URI.create(base() + TestClient.query("desk", "k", "action/who")))
			.headers((headers) -> {
				headers.set("content-type", "application/json");
				if (as != null) {
					headers.set(IdentityApplication.AS, as);
				}
			})
			.bodyValue("{\"args\":[]}")
			.exchange()
			.expectStatus()
			.isEqualTo(status)
			.expectBody()
			.returnResult();
	}

}
