/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.Set;

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
 * Calls beyond a rate are rejected with the time after which they succeed.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.health.redis.enabled=false", "rivet.events.shutdown.spread=0s",
				"server.forward-headers-strategy=framework", "rivet.events.limits.address.call-rate=1" })
class CallRateIntegrationTests {

	private static final int MANY = 1000;

	private final HttpClient http = HttpClient.newHttpClient();

	@LocalServerPort
	private int port;

	@Test
	void rejectsCallsBeyondTheRateAndThenClosesTheConnection() {
		HttpHeaders headers = new HttpHeaders();
		headers.set("X-Forwarded-For", "198.51.100.1");
		try (TestSocket socket = TestSocket.open(base() + TestSocket.query("room", "one"), Encoding.JSON, headers)) {
			assertThat(socket.next(ToClient.class)).isInstanceOf(ToClient.Init.class);
			for (int i = 1; i <= 5; i++) {
				socket.call(i, "make", i);
			}
			ToClient message = socket.next(ToClient.class);
			while (!(message instanceof ToClient.Error error)) {
				message = socket.next(ToClient.class);
			}
			assertThat(error.code()).isEqualTo("overloaded");
			assertThat(error.actionId()).isBetween(1L, 5L);
			assertThat(error.metadata().path("channel").asString()).isEqualTo("limits.address.call-rate");
			assertThat(error.metadata().path("retryAfter").asLong()).isBetween(1L, 1000L);
			for (int i = 0; i < MANY; i++) {
				socket.call(10 + i, "make", i);
			}
			assertThat(socket.closed().getReason()).isEqualTo("actor.overloaded");
		}
	}

	@Test
	void rejectsRequestsBeyondTheRate() throws Exception {
		assertThat(call("198.51.100.2").statusCode()).isEqualTo(200);
		Set<String> delays = new HashSet<>();
		for (int calls = 0; delays.size() < 2; calls++) {
			assertThat(calls).isLessThan(MANY);
			HttpResponse<Void> response = call("198.51.100.2");
			if (response.statusCode() == 503) {
				delays.add(response.headers().firstValue("retry-after").orElseThrow());
			}
		}
		assertThat(delays).isSubsetOf("1", "2", "3", "4");
		assertThat(call("198.51.100.3").statusCode()).isEqualTo(200);
	}

	private HttpResponse<Void> call(String address) throws Exception {
		HttpRequest request = HttpRequest
			.newBuilder(URI.create(base() + TestClient.query("room", "two", "action/make")))
			.header("content-type", "application/json")
			.header("X-Forwarded-For", address)
			.POST(HttpRequest.BodyPublishers.ofString("{\"args\":[1]}"))
			.build();
		return this.http.send(request, HttpResponse.BodyHandlers.discarding());
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
