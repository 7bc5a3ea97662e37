/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.limit.Limits;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever the transport, a client that {@code @OnBeforeConnect} refuses leaves no
 * instance behind.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.health.redis.enabled=false", "rivet.events.websocket.rejection-delay=10ms",
				"rivet.events.shutdown.spread=0s", "rivet.events.management.access=permitAll" })
class RefusedConnectIntegrationTests {

	private static final AtomicInteger KEYS = new AtomicInteger();

	private static final AtomicBoolean OPEN = new AtomicBoolean();

	private final HttpClient http = HttpClient.newHttpClient();

	private final String key = "k" + KEYS.incrementAndGet();

	@LocalServerPort
	private int port;

	@Autowired
	private LocalNode node;

	@Autowired
	private ActorDirectory directory;

	@Autowired
	private Limits limits;

	@AfterEach
	void shut() {
		OPEN.set(false);
	}

	/** How a client comes. */
	enum Way {

		WEBSOCKET_JSON, WEBSOCKET_CBOR, WEBSOCKET_BARE, WEBSOCKET_EXTENDED_JSON, WEBSOCKET_EXTENDED_CBOR, SSE_POST,
		SSE_GET, HTTP

	}

	static Stream<Arguments> ways() {
		return Stream.of("gate", "lobby")
			.flatMap((actor) -> Stream.of(Way.values()).map((way) -> Arguments.of(actor, way)));
	}

	@ParameterizedTest
	@MethodSource("ways")
	void leavesNothingBehind(String actor, Way way) throws Exception {
		long stored = this.limits.stored().used();
		assertThat(come(actor, way)).contains("not_you");
		Awaitility.await().untilAsserted(() -> {
			assertThat(this.node.size()).isZero();
			assertThat(send("GET", "/actors?name=" + actor, null)).isEqualTo("{\"actors\":[]}");
			assertThat(this.limits.stored().used()).isEqualTo(stored);
		});
		OPEN.set(true);
		assertThat(come(actor, way)).doesNotContain("not_you");
		assertThat(send("GET", "/actors?name=" + actor, null)).contains(this.key);
		this.directory.destroy(target(actor)).block();
	}

	/** It is another right to create, and {@code @CanCreate} the check of it. */
	@ParameterizedTest
	@ValueSource(strings = { "gate", "lobby" })
	void keepsWhatWasCreatedOverActors(String actor) throws Exception {
		String created = send("PUT", "/actors", "{\"name\":\"%s\",\"key\":\"%s\"}".formatted(actor, this.key));
		assertThat(created).contains("\"created\":true");
		for (Way way : Way.values()) {
			assertThat(come(actor, way)).contains("not_you");
		}
		assertThat(send("PUT", "/actors", "{\"name\":\"%s\",\"key\":\"%s\"}".formatted(actor, this.key)))
			.contains("\"created\":false");
		this.directory.destroy(target(actor)).block();
	}

	private ActorTarget target(String actor) {
		return new ActorTarget.Get(ActorAddress.of(actor, this.key));
	}

	/** Returns the first message to the client. */
	private String come(String actor, Way way) throws Exception {
		return switch (way) {
			case WEBSOCKET_JSON -> plain(actor, Encoding.JSON);
			case WEBSOCKET_CBOR -> plain(actor, Encoding.CBOR);
			case WEBSOCKET_BARE -> plain(actor, Encoding.BARE);
			case WEBSOCKET_EXTENDED_JSON -> extended(actor, Encoding.EXTENDED_JSON);
			case WEBSOCKET_EXTENDED_CBOR -> extended(actor, Encoding.EXTENDED_CBOR);
			case SSE_POST -> extended(actor, Encoding.EVENT_STREAM);
			case SSE_GET -> {
				try (TestStream stream = TestStream.get(base(), TestClient.query(actor, this.key, "sse"))) {
					yield stream.nextExtended().value().toString();
				}
			}
			case HTTP -> send("POST", TestClient.query(actor, this.key, "action/hello"), "{\"args\":[]}");
		};
	}

	private String plain(String actor, Encoding encoding) {
		try (TestSocket socket = TestSocket.open(base() + TestClient.query(actor, this.key, "connect"), encoding,
				new HttpHeaders())) {
			return socket.next(ToClient.class).toString();
		}
	}

	private String extended(String actor, Encoding encoding) {
		try (TestClient client = TestClient.connect(base(), encoding, actor, this.key, TestClient.HELLO)) {
			return client.nextExtended().value().toString();
		}
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	private String send(String method, String path, @Nullable String body) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(base() + path))
			.version(HttpClient.Version.HTTP_1_1)
			.header("content-type", "application/json")
			.method(method,
					(body != null) ? HttpRequest.BodyPublishers.ofString(body) : HttpRequest.BodyPublishers.noBody())
			.build();
		return this.http.send(request, HttpResponse.BodyHandlers.ofString()).body();
	}

	abstract static class Base {

		@CreateState
		List<String> createState() {
			return List.of();
		}

		@Action
		String hello() {
			return "hello";
		}

		static void check() {
			if (!OPEN.get()) {
				throw new UserError("not_you", "Not you");
			}
		}

	}

	/** Its hook needs no instance. */
	@Actor("gate")
	static class Gate extends Base {

		@OnBeforeConnect
		void beforeConnect() {
			check();
		}

	}

	/** Its hook needs the instance. */
	@Actor("lobby")
	static class Lobby extends Base {

		@OnBeforeConnect
		void beforeConnect(ActorContext<List<String>, ?> c) {
			check();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Gate.class, Lobby.class })
	static class Application {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.build();
		}

	}

}
