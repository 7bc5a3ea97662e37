/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
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
import org.springframework.web.reactive.socket.CloseStatus;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An exception, a client that does not answer or a client that does not read ends its own
 * connection and no other.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.security.authentication-timeout=1s", "rivet.events.websocket.rejection-delay=10ms",
				"rivet.events.websocket.keep-alive=1s", "rivet.events.sse.keep-alive=1s",
				"rivet.events.websocket.max-queued-size=32MB", "rivet.events.sse.max-queued-size=32MB" })
class ConnectionEndTests {

	private static int keys;

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	@Autowired
	private OutboundRegistry connections;

	private String base;

	private final String key = "end" + keys++;

	@BeforeEach
	void base() {
		this.base = "http://localhost:%d/rivet".formatted(this.port);
	}

	static Stream<Arguments> errors() {
		return Stream.of(Encoding.values())
			.flatMap((encoding) -> Stream.of("memory", "stack", "later").map((error) -> Arguments.of(encoding, error)));
	}

	private TestClient open(Encoding encoding, String params) {
		if (encoding == Encoding.EVENT_STREAM || encoding.isExtended()) {
			JsonNode tree = JsonNodeFactory.instance.stringNode(params);
			return TestClient.connect(this.base, encoding, "room", this.key,
					new ToServer.Hello(List.of(), null, null, tree, null, null));
		}
		return TestSocket.open(this.base + TestSocket.query("room", this.key), encoding, new HttpHeaders(),
				"rivet_conn_params.%22" + params + "%22");
	}

	@ParameterizedTest
	@MethodSource("errors")
	void anErrorEndsTheConnectionThatItBelongsTo(Encoding encoding, String error) {
		try (TestClient healthy = TestClient.connect(this.base, encoding, "room", this.key)) {
			TestClient broken = open(encoding, error);
			assertThat(broken.closed()).isEqualTo(new CloseStatus(1011, "rivetkit.internal_error"));
			healthy.call(1, "echo", "well");
			assertThat(healthy.next(ToClient.ActionResponse.class).output().stringValue()).isEqualTo("well");
		}
		Awaitility.await().until(() -> this.connections.size() == 0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "stack", "later" })
	void anErrorIsAnsweredOverHttp(String error) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest
			.newBuilder(URI.create(this.base + TestClient.query("room", this.key, "action/echo")))
			.header("content-type", "application/json")
			.header("x-rivet-conn-params", "\"" + error + "\"")
			.timeout(Duration.ofSeconds(10))
			.POST(HttpRequest.BodyPublishers.ofString("{\"args\":[\"x\"]}"))
			.build();
		HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(500);
		assertThat(response.body()).contains("internal_error");
	}

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void whoCannotBeIdentifiedInTimeIsRefused(Encoding encoding) {
		long before = this.limits.hits().count(Limit.HELLO_TIMEOUT);
		TestClient client = open(encoding, "never");
		assertThat(client.closed()).isEqualTo(new CloseStatus(1011, "auth.authentication_timed_out"));
		assertThat(this.limits.hits().count(Limit.HELLO_TIMEOUT)).isGreaterThan(before);
	}

	@ParameterizedTest
	@CsvSource({ "never, POST, action", "elsewhere, POST, action", "never, PUT, actors", "elsewhere, PUT, actors" })
	void whoCannotBeIdentifiedInTimeIsRefusedOverHttp(String params, String method, String route)
			throws IOException, InterruptedException {
		String path = route.equals("action") ? TestClient.query("room", this.key, "action/echo") : "/actors";
		String body = route.equals("action") ? "{\"args\":[\"x\"]}"
				: "{\"name\":\"room\",\"key\":\"%s\"}".formatted(this.key);
		long before = this.limits.hits().count(Limit.HELLO_TIMEOUT);
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.base + path))
			.header("content-type", "application/json")
			.header("x-rivet-conn-params", "\"" + params + "\"")
			.timeout(Duration.ofSeconds(10))
			.method(method, HttpRequest.BodyPublishers.ofString(body))
			.build();
		HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(401);
		assertThat(response.body()).contains("authentication_timed_out");
		assertThat(this.limits.hits().count(Limit.HELLO_TIMEOUT)).isGreaterThan(before);
	}

	/** The frame starts before the timeout and is completed after the refusal. */
	@Test
	void aFirstMessageThatEndsAfterTheRefusalTakesNothing() throws IOException {
		String path = "/rivet" + TestClient.query("room", this.key, "connect");
		String hello = "{\"body\":{\"tag\":\"Hello\",\"val\":{\"params\":[" + "{},".repeat(12_000) + "{}]}}}";
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		FrameSocket.frame(out, FrameSocket.TEXT, hello.getBytes(StandardCharsets.UTF_8));
		byte[] frame = out.toByteArray();
		try (FrameSocket late = FrameSocket.open(this.port, path,
				List.of("rivet", "rivet_encoding.json", "rivet_ext.1"))) {
			late.write(Arrays.copyOf(frame, 50));
			FrameSocket.Frame answer = late.read();
			while (answer.opcode() != FrameSocket.CLOSE) {
				answer = late.read();
			}
			late.write(Arrays.copyOfRange(frame, 50, frame.length));
		}
		Awaitility.await().until(() -> this.limits.connections() == 0);
		assertThat(this.limits.pending().used()).isZero();
	}

	/** The client is sent the error, but does not read it. */
	@Test
	void aSocketThatIsToBeClosedAndReadsNothingIsCut() throws IOException {
		try (TestClient speaker = TestClient.connect(this.base, Encoding.JSON, "room", this.key);
				RawSocket deaf = RawSocket.webSocket(this.port, this.key)) {
			deaf.write(RawSocket.frame(0x81,
					"{\"body\":{\"tag\":\"SubscriptionRequest\",\"val\":{\"eventName\":\"flood\",\"subscribe\":true}}}"));
			Awaitility.await().until(() -> this.connections.size() == 2);
			speaker.call(1, "flood", 20, 900_000);
			speaker.next(ToClient.ActionResponse.class);
			Awaitility.await().until(() -> this.connections.size() == 1);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenRoutes.class, TestActors.Room.class })
	static class Application {

		@Bean
		ConnectionAuthenticator authenticator() {
			Set<String> known = Set.of("memory", "stack", "later", "elsewhere", "never");
			return new ConnectionAuthenticator() {

				@Override
				public Mono<Principal> authenticate(@Nullable JsonNode params) {
					String wish = (params != null && params.isString()) ? params.stringValue() : "";
					return !known.contains(wish) ? Mono.empty() : switch (wish) {
						case "memory" -> throw new OutOfMemoryError("made by a test");
						case "stack" -> throw new StackOverflowError("made by a test");
						case "later" -> Mono.delay(Duration.ofMillis(50))
							.flatMap((tick) -> Mono.error(new AssertionError("made by a test")));
						// Reactor lets it pass on a thread that is not ours
						case "elsewhere" -> Mono.<Principal>fromCallable(() -> {
							throw new NoClassDefFoundError("Driver");
						}).subscribeOn(Schedulers.boundedElastic());
						default -> Mono.never();
					};
				}

			};
		}

	}

}
