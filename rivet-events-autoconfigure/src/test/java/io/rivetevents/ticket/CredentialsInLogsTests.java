/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import reactor.core.publisher.Mono;

import io.rivetevents.event.AuthenticationTimedOutEvent;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.security.ConnParamsAuthenticationConverter;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestSocket;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No log line and no event of the runtime contains the credentials of a client, right or
 * wrong, whichever way they are sent.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, classes = CredentialsInLogsTests.Application.class,
		properties = { "logging.level.io.rivetevents=debug", "rivet.events.websocket.rejection-delay=10ms",
				"rivet.events.security.authentication-required=true", "rivet.events.security.authentication-timeout=2s",
				"rivet.events.shutdown.spread=0s" })
@ExtendWith(OutputCaptureExtension.class)
class CredentialsInLogsTests {

	@LocalServerPort
	private int port;

	@Autowired
	private Application application;

	private final List<String> secrets = new ArrayList<>();

	@Test
	void containNoCredentials(CapturedOutput output) throws Exception {
		TicketClient client = TicketClient.of(this.port);
		String[] session = TicketClient.withCsrf(secret(client.session("ada")));
		for (Encoding encoding : List.of(Encoding.EXTENDED_JSON, Encoding.EVENT_STREAM)) {
			headers(client, encoding, session);
			messages(client, encoding, session);
		}
		plain(client, session);
		unreadable(client);
		assertThat(output).contains("reactor.netty.http.server.AccessLog", "DEBUG", "rejected");
		assertThat(this.secrets).hasSizeGreaterThan(20)
			.allSatisfy((secret) -> assertThat(output).doesNotContain(secret));
	}

	@Test
	void publishNoCredentials() {
		TicketClient client = TicketClient.of(this.port);
		TestSocket silent = TestSocket.open(
				client.base() + TestClient.query("desk", "k", "connect") + "&token=s3cret&rvt-token=s3cret",
				Encoding.EXTENDED_JSON, TicketClient.headers());
		assertThat(silent.closed().getReason()).isEqualTo("auth.authentication_timed_out");
		Awaitility.await().until(() -> !this.application.events.isEmpty());
		assertThat(this.application.events).singleElement().asString().contains("rvt-key=k").doesNotContain("s3cret");
	}

	/** Remembers the credentials in the headers. */
	private String[] secret(String[] headers) {
		this.secrets.add(headers[1].replaceFirst("^[^ =]*[ =]", ""));
		return headers;
	}

	private String secret(String text) {
		this.secrets.add(text);
		return text;
	}

	private void headers(TicketClient client, Encoding encoding, String[] session) {
		for (String[] headers : List.of(session, secret(TicketClient.bearer("ada")),
				secret(TicketClient.basic("ada")))) {
			try (TestClient known = client.connectTo("desk", encoding, (Map<String, String>) null, headers)) {
				known.next("Init");
			}
		}
	}

	private void messages(TicketClient client, Encoding encoding, String[] session) throws Exception {
		String ticket = secret(client.ticket(session));
		Stream
			.of(Map.of("ticket", ticket), Map.of("token", secret(TicketApplication.token("linus"))),
					Map.of("username", "ada", "password", secret(TicketApplication.password("ada"))))
			.forEach((right) -> {
				try (TestClient known = client.connectTo("desk", encoding, right)) {
					known.next("Init");
				}
			});
		Stream.of(Map.of("ticket", ticket), Map.of("ticket", secret("rt1.forged-ticket")),
				Map.of("token", secret("wrong-token")), Map.of("username", "ada", "password", secret("wrong-password")),
				Map.of("unknown", secret("unknown-credentials")))
			.forEach((wrong) -> assertThat(client.connectTo("desk", encoding, wrong).nextExtended().text("code"))
				.isEqualTo("invalid_credentials"));
	}

	private void plain(TicketClient client, String[] session) throws Exception {
		List<String> right = List.of("rivet_ticket." + secret(client.ticket(session)),
				params(secret(TicketApplication.token("ada"))));
		for (String protocol : right) {
			try (TestSocket socket = open(client, protocol)) {
				socket.next(ToClient.Init.class);
			}
		}
		for (String protocol : List.of(right.get(0), "rivet_ticket." + secret("rt1.plain-forged"),
				params(secret("wrong-param")))) {
			open(client, protocol).next(ToClient.Error.class);
		}
	}

	private static String params(String token) {
		return "rivet_conn_params." + URLEncoder.encode("{\"token\":\"%s\"}".formatted(token), StandardCharsets.UTF_8);
	}

	private static TestSocket open(TicketClient client, String protocol) {
		return TestSocket.open(client.base() + TestClient.query("desk", "k", "connect"), Encoding.JSON,
				TicketClient.headers(), protocol);
	}

	private void unreadable(TicketClient client) {
		for (String hello : List.of("{\"subscriptions\":7,\"credentials\":{\"token\":\"%s\"}}",
				"{\"credentials\":{\"token\":\"%s\",}", "{\"credentials\":{\"token\":%s}}")) {
			TestSocket socket = TestSocket.open(client.base() + TestClient.query("desk", "k", "connect"),
					Encoding.EXTENDED_JSON, TicketClient.headers());
			String message = "{\"body\":{\"tag\":\"Hello\",\"val\":%s}}".formatted(hello);
			socket.sendRaw(message.formatted(secret("unreadableToken")).getBytes(StandardCharsets.UTF_8));
			assertThat(socket.closed().getReason()).isEqualTo("actor.invalid_request");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import(TicketApplication.class)
	static class Application {

		private final List<AuthenticationTimedOutEvent> events = new CopyOnWriteArrayList<>();

		@EventListener
		void on(AuthenticationTimedOutEvent event) {
			this.events.add(event);
		}

		@Bean
		NettyServerCustomizer accessLog() {
			return (server) -> server.accessLog(true);
		}

		@Bean
		ConnParamsAuthenticationConverter params() {
			return (params) -> Mono.justOrEmpty(params.path("token").asStringOpt())
				.map(BearerTokenAuthenticationToken::new);
		}

	}

}
