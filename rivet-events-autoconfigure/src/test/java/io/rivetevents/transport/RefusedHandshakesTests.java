/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.WebFilter;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectionObserver;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each way to reject a client while it connects is reported once.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = {
		"rivet.events.websocket.rejection-delay=1ms", "rivet.events.security.authentication-timeout=100ms" })
class RefusedHandshakesTests {

	private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

	private static final String VERSION = "Sec-WebSocket-Version: 13";

	private static final String JSON = "Sec-WebSocket-Protocol: rivet, rivet_encoding.json";

	private static final String EXTENDED = JSON + ", rivet_ext.1";

	@LocalServerPort
	private int port;

	@Autowired
	private Refusals refusals;

	private static Stream<Arguments> handshakes() {
		String socket = TestClient.query("closed", "k", "connect");
		String stream = TestClient.query("closed", "k", "sse");
		return Stream.of(upgrade("a version", ErrorCode.REQUEST_INVALID, socket, KEY, "Sec-WebSocket-Version: 8", JSON),
				upgrade("no key", ErrorCode.REQUEST_INVALID, socket, VERSION, JSON),
				upgrade("no connection header", ErrorCode.REQUEST_INVALID, socket, KEY, VERSION, JSON,
						"Connection: close"),
				upgrade("a foreign page", ErrorCode.FORBIDDEN, socket, KEY, VERSION, JSON,
						"Origin: https://evil.example"),
				upgrade("a filter", ErrorCode.AUTHENTICATION_REQUIRED, socket, KEY, VERSION, JSON, "X-Deny: yes"),
				upgrade("an encoding", ErrorCode.UNSUPPORTED_WEBSOCKET_ENCODING, socket, KEY, VERSION,
						"Sec-WebSocket-Protocol: rivet, rivet_encoding.xml"),
				upgrade("a path", ErrorCode.NO_ROUTE, "/other", KEY, VERSION, JSON),
				upgrade("an actor", ErrorCode.ACTOR_NOT_REGISTERED, TestClient.query("none", "k", "connect"), KEY,
						VERSION, JSON),
				upgrade("params", ErrorCode.REQUEST_INVALID, socket, KEY, VERSION, JSON + ", rivet_conn_params.%7B"),
				upgrade("a hook", ErrorCode.FORBIDDEN, socket, KEY, VERSION, JSON),
				upgrade("no first message", ErrorCode.CONNECTION_TIMED_OUT, socket, KEY, VERSION, EXTENDED),
				message("a first message", ErrorCode.INVALID_REQUEST, socket),
				request("a method of a stream", ErrorCode.METHOD_NOT_ALLOWED, "PUT", stream),
				request("a foreign page for a stream", ErrorCode.FORBIDDEN, "GET", stream,
						"Origin: https://evil.example"),
				request("a navigation to a stream", ErrorCode.FORBIDDEN, "GET", stream, "Sec-Fetch-Mode: navigate"),
				request("params of a stream", ErrorCode.REQUEST_INVALID, "GET", stream + "&conn_params=%7B"),
				request("a parameter of a stream", ErrorCode.QUERY_INVALID_PARAMS, "GET", stream + "&rvt-other=1"),
				request("a hook for a stream", ErrorCode.FORBIDDEN, "GET", stream),
				request("a socket without an upgrade", ErrorCode.REQUEST_INVALID, "GET", socket));
	}

	private static Arguments upgrade(String name, ErrorCode code, String query, String... headers) {
		return Arguments.of(name, code, head("GET", query, upgradeWith(headers)), null);
	}

	private static Arguments message(String name, ErrorCode code, String query) {
		return Arguments.of(name, code, head("GET", query, upgradeWith(KEY, VERSION, EXTENDED)),
				"{\"body\":{\"tag\":\"SubscriptionRequest\",\"val\":{\"eventName\":\"a\",\"subscribe\":true}}}");
	}

	private static String[] upgradeWith(String... headers) {
		boolean given = Stream.of(headers).anyMatch((header) -> header.startsWith("Connection:"));
		Stream<String> more = given ? Stream.of("Upgrade: websocket")
				: Stream.of("Upgrade: websocket", "Connection: Upgrade");
		return Stream.concat(more, Stream.of(headers)).toArray(String[]::new);
	}

	private static Arguments request(String name, ErrorCode code, String method, String query, String... headers) {
		return Arguments.of(name, code, head(method, query, headers), null);
	}

	private static String head(String method, String query, String... headers) {
		return "%s /rivet%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n".formatted(method, query,
				Stream.of(headers).map((header) -> header + "\r\n").reduce("", String::concat));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("handshakes")
	void reportsARefusalOnce(String name, ErrorCode code, String head, String message) throws IOException {
		this.refusals.reasons.clear();
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(head);
			if (socket.readHead().startsWith("HTTP/1.1 101")) {
				if (message != null) {
					socket.write(RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, message));
				}
				socket.readClose();
			}
			else {
				Awaitility.await().until(() -> !this.refusals.reasons.isEmpty());
			}
		}
		Awaitility.await().untilAsserted(() -> assertThat(this.refusals.reasons).containsExactly(code.reason()));
	}

	/** Records what it receives. */
	static class Refusals implements ConnectionObserver {

		private final Queue<String> reasons = new ConcurrentLinkedQueue<>();

		@Override
		public void connectionRefused(URI handshake, boolean resumes, RivetException refusal) {
			this.reasons.add(refusal.group() + "." + refusal.code());
		}

	}

	@Actor("closed")
	static class Closed {

		@OnBeforeConnect
		void check() {
			throw new RivetException(ErrorCode.FORBIDDEN);
		}

		@Action
		void act() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, Closed.class, Refusals.class })
	static class Application {

		@Bean
		WebFilter deny() {
			return (exchange, chain) -> {
				if (exchange.getRequest().getHeaders().getFirst("X-Deny") == null) {
					return chain.filter(exchange);
				}
				exchange.getResponse().setStatusCode(HttpStatus.UNAUTHORIZED);
				return exchange.getResponse().setComplete();
			};
		}

	}

}
