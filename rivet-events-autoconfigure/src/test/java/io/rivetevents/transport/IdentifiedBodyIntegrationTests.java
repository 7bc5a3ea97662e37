/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.Principal;
import java.util.concurrent.CompletableFuture;

import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A body is kept as received, and its size counts, while its sender is identified.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "management.health.redis.enabled=false")
class IdentifiedBodyIntegrationTests {

	private static final String LONG = "x".repeat(40_000);

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	@Autowired
	private Application.Gate gate;

	@ParameterizedTest
	@CsvSource({ "POST, action", "PUT, actors", "POST, actors" })
	void countsWhileItIsFoundOutWhoHasSentIt(String method, String route) {
		boolean action = route.equals("action");
		String path = action
				? "gateway/room/action/echo?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=k"
				: "actors";
		String body = action ? "{\"args\":[\"" + LONG + "\"]}"
				: "{\"name\":\"room\",\"key\":\"%s\",\"unused\":\"%s\"}".formatted(method, LONG);
		HttpRequest request = HttpRequest
			.newBuilder(URI.create("http://localhost:%d/rivet/%s".formatted(this.port, path)))
			.header("content-type", "application/json")
			.header("x-rivet-conn-params", "\"wait\"")
			.method(method, HttpRequest.BodyPublishers.ofString(body))
			.build();
		CompletableFuture<HttpResponse<String>> answer = HttpClient.newHttpClient()
			.sendAsync(request, HttpResponse.BodyHandlers.ofString());
		Awaitility.await().until(() -> this.gate.open.currentSubscriberCount() > 0);
		assertThat(this.limits.receiving().used()).isGreaterThan(40_000);
		this.gate.open.tryEmitNext("open");
		assertThat(answer.join().statusCode()).as(answer.join().body()).isEqualTo(200);
		assertThat(this.limits.receiving().used()).isZero();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

		@Bean
		Gate gate() {
			return new Gate(Sinks.many().multicast().directBestEffort());
		}

		@Bean
		ConnectionAuthenticator authenticator(Gate gate) {
			return (params) -> gate.open().asFlux().next().then(Mono.<Principal>empty());
		}

		record Gate(Sinks.Many<String> open) {
		}

	}

}
