/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The first message of an event stream is decoded before its sender is identified. The
 * memory of its decoded objects counts until the client is refused or admitted.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = { "management.health.redis.enabled=false",
		"rivet.events.limits.node.pending-size=20MB", "rivet.events.security.authentication-timeout=8s" })
class FirstMessageBoundsIntegrationTests {

	private static final int CLIENTS = 200;

	/** Objects of 3 bytes, each of which takes more than ten times that. */
	private static final String MANY = "[" + "{},".repeat(18_000) + "{}]";

	/** What a connection may bring along. */
	private static final String SOME = "[" + "{},".repeat(8_000) + "{}]";

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	@Autowired
	private Application.Gate gate;

	/** How the client is got rid of. */
	enum End {

		REFUSED, TIMED_OUT, HUNG_UP

	}

	@ParameterizedTest
	@EnumSource
	void countsUntilItsClientHasBeenRefused(End end) throws IOException {
		List<RawSocket> sockets = new ArrayList<>();
		long refusals = this.limits.hits().count(Limit.NODE_PENDING);
		for (int i = 0; i < CLIENTS; i++) {
			sockets.add(send("wait", MANY));
		}
		Awaitility.await()
			.until(() -> this.gate.waiting() + this.limits.hits().count(Limit.NODE_PENDING) - refusals == CLIENTS);
		assertThat(this.gate.waiting()).isBetween(1, CLIENTS - 1);
		assertThat(this.limits.pending().used()).isBetween(5_000_000L, 20L * 1024 * 1024);
		switch (end) {
			case REFUSED -> {
				this.gate.open.tryEmitNext("refuse");
				for (RawSocket socket : sockets) {
					assertThat(socket.readAll()).containsAnyOf("\"forbidden\"", "\"overloaded\"");
				}
			}
			case TIMED_OUT -> {
				for (RawSocket socket : sockets) {
					assertThat(socket.readAll()).containsAnyOf("\"authentication_timed_out\"", "\"overloaded\"");
				}
			}
			case HUNG_UP -> {
				for (RawSocket socket : sockets) {
					socket.close();
				}
				assertThat(this.limits.pending().used()).isPositive();
			}
		}
		awaitNothing();
		for (RawSocket socket : sockets) {
			socket.close();
		}
	}

	@Test
	void countsOfOneThatIsLetInWhatIsKept() throws IOException {
		try (RawSocket socket = send("welcome", SOME)) {
			socket.readUntil("rivet:init");
			assertThat(this.limits.pending().used()).isZero();
			assertThat(this.limits.subscriptions().used()).isGreaterThan(200_000);
		}
		awaitNothing();
	}

	private void awaitNothing() {
		Awaitility.await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
			assertThat(this.limits.pending().used()).isZero();
			assertThat(this.limits.receiving().used()).isZero();
			assertThat(this.limits.subscriptions().used()).isZero();
			assertThat(this.limits.connections()).isZero();
		});
	}

	private RawSocket send(String what, String more) throws IOException {
		String body = "{\"body\":{\"tag\":\"Hello\",\"val\":{\"subscriptions\":[],\"params\":{\"what\":\"%s\",\"more\":%s}}}}"
			.formatted(what, more);
		RawSocket socket = new RawSocket(this.port);
		socket.write(
				"POST /rivet%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
					.formatted(TestClient.query("hall", "k", "sse"), body.length(), body));
		return socket;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, Hall.class })
	static class Application {

		@Bean
		Gate gate() {
			return new Gate(Sinks.many().multicast().directBestEffort());
		}

		@Bean
		ConnectionAuthenticator authenticator(Gate gate) {
			return (params) -> params.toString().contains("welcome") ? Mono.empty()
					: gate.open().asFlux().next().then(Mono.<Principal>error(new RivetException(ErrorCode.FORBIDDEN)));
		}

		record Gate(Sinks.Many<String> open) {

			int waiting() {
				return this.open.currentSubscriberCount();
			}

		}

	}

	@Actor("hall")
	static class Hall {

		@Action
		String echo(String text) {
			return text;
		}

	}

}
