/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;

import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages whose bytes are beyond a rate are rejected over each transport.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.health.redis.enabled=false", "rivet.events.shutdown.spread=0s",
				"server.forward-headers-strategy=framework", "rivet.events.limits.address.receive-rate=2KB" })
class ReceiveRateIntegrationTests {

	private static final String TEXT = "x".repeat(1000);

	private static final String RATE = "limits.address.receive-rate";

	private static final int MANY = 1000;

	private final HttpClient http = HttpClient.newHttpClient();

	@LocalServerPort
	private int port;

	@Test
	void rejectsCallsOverWebSocketAndThenClosesTheConnection() {
		try (TestSocket socket = TestSocket.open(base() + TestSocket.query("room", "one"), Encoding.JSON,
				from("198.51.100.1"))) {
			assertThat(socket.next(ToClient.class)).isInstanceOf(ToClient.Init.class);
			for (int i = 1; i <= 5; i++) {
				socket.call(i, "echo", TEXT);
			}
			assertRejected(socket);
			for (int i = 0; i < MANY; i++) {
				socket.call(10 + i, "echo", TEXT);
			}
			assertThat(socket.closed().getReason()).isEqualTo("actor.overloaded");
		}
	}

	@Test
	void closesAConnectionThatSendsTooMuchWithoutAnAnswer() {
		try (TestSocket socket = TestSocket.open(base() + TestSocket.query("room", "two"), Encoding.JSON,
				from("198.51.100.2"))) {
			assertThat(socket.next(ToClient.class)).isInstanceOf(ToClient.Init.class);
			for (int i = 0; i < 10; i++) {
				socket.subscribe(TEXT + i);
			}
			assertThat(socket.closed().getReason()).isEqualTo("actor.overloaded");
		}
	}

	@Test
	void rejectsTheFirstMessageOfAnAddressThatSendsTooMuch() throws Exception {
		assertThat(call("198.51.100.3", TEXT.repeat(20)).statusCode()).isEqualTo(200);
		try (TestSocket socket = TestSocket.open(base() + TestSocket.query("room", "three"), Encoding.EXTENDED_JSON,
				from("198.51.100.3"))) {
			socket.send(TestClient.HELLO);
			assertRejected(socket);
			assertThat(socket.closed().getReason()).isEqualTo("actor.overloaded");
		}
		TestStream stream = TestStream.post(base(), TestClient.query("room", "three", "sse"), TestClient.HELLO,
				"X-Forwarded-For", "198.51.100.3");
		assertRejected(stream);
	}

	@Test
	void rejectsCallsOverAnEventStream() {
		TestStream stream = TestStream.post(base(), TestClient.query("room", "four", "sse"), TestClient.HELLO,
				"X-Forwarded-For", "198.51.100.4");
		assertThat(stream.nextExtended().tag()).isEqualTo("Init");
		for (int i = 1; i <= 5; i++) {
			stream.call(i, "echo", TEXT);
		}
		assertRejected(stream);
	}

	@Test
	void rejectsRequests() throws Exception {
		assertThat(call("198.51.100.5", TEXT.repeat(3)).statusCode()).isEqualTo(200);
		HttpResponse<String> second = call("198.51.100.5", TEXT);
		assertThat(second.statusCode()).isEqualTo(503);
		assertThat(second.body()).contains(RATE, "retryAfter");
		assertThat(second.headers().firstValue("retry-after")).isPresent();
		assertThat(call("198.51.100.6", TEXT).statusCode()).isEqualTo(200);
	}

	private static void assertRejected(TestClient client) {
		ToClient message = client.next(ToClient.class);
		while (!(message instanceof ToClient.Error error)) {
			message = client.next(ToClient.class);
		}
		assertThat(error.code()).isEqualTo("overloaded");
		assertThat(error.metadata().path("channel").asString()).isEqualTo(RATE);
		assertThat(error.metadata().path("retryAfter").asLong()).isPositive();
	}

	private static HttpHeaders from(String address) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("X-Forwarded-For", address);
		return headers;
	}

	private HttpResponse<String> call(String address, String text) throws Exception {
		HttpRequest request = HttpRequest
			.newBuilder(URI.create(base() + TestClient.query("room", "five", "action/echo")))
			.header("content-type", "application/json")
			.header("X-Forwarded-For", address)
			.POST(HttpRequest.BodyPublishers.ofString("{\"args\":[\"%s\"]}".formatted(text)))
			.build();
		return this.http.send(request, HttpResponse.BodyHandlers.ofString());
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

	}

}
