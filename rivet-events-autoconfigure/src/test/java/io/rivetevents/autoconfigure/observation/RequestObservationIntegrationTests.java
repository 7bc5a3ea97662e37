/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code http.server.requests} has of our routes.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class RequestObservationIntegrationTests {

	@LocalServerPort
	private int port;

	@Autowired
	private MeterRegistry registry;

	private String base;

	@BeforeEach
	void findServer() {
		this.base = "http://localhost:%d/rivet".formatted(this.port);
	}

	@ParameterizedTest
	@CsvSource({ "JSON, connect", "EXTENDED_CBOR, connect", "EVENT_STREAM, sse" })
	void countsAConnectionOnceAsSoonAsItIsOpen(Encoding encoding, String route) {
		String uri = "/rivet/gateway/{actor}/" + route;
		long before = count(uri);
		try (TestClient client = TestClient.connect(this.base, encoding, "market", "observed")) {
			Awaitility.await().until(() -> count(uri) == before + 1);
			client.call(1, "quote");
			client.next(ToClient.ActionResponse.class);
			assertThat(this.registry.find("http.server.requests.active").longTaskTimers())
				.allSatisfy((timer) -> assertThat(timer.activeTasks()).isZero());
		}
		Awaitility.await().until(() -> this.registry.get("rivet.connections.closed").counter().count() > 0);
		assertThat(count(uri)).isEqualTo(before + 1);
	}

	@ParameterizedTest
	@CsvSource({ "POST, /gateway/market/action/quote, /rivet/gateway/{actor}/action/{action}",
			"GET, /gateway/market/sse?broken, /rivet/gateway/{actor}/sse",
			"GET, /gateway/market/connect, /rivet/gateway/{actor}/connect",
			"GET, /gateway/market/nothing/at/all, /rivet/gateway/{actor}/**", "GET, /metadata, /rivet/metadata",
			"GET, /actors?name=market&key=k, /rivet/actors", "DELETE, /actors/some, /rivet/actors/{id}",
			"DELETE, /connections/some, /rivet/connections/{id}", "GET, /some/thing, /rivet/**" })
	void namesTheRoute(String method, String path, String pattern) throws Exception {
		long before = count(pattern);
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.base + path))
			.header("Content-Type", "application/json")
			.method(method, HttpRequest.BodyPublishers.ofString("{\"args\":[]}"))
			.build();
		HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
		Awaitility.await().until(() -> count(pattern) == before + 1);
		assertThat(this.registry.find("http.server.requests")
			.tags("uri", pattern, "status", "" + response.statusCode())
			.timers()).isNotEmpty();
	}

	@Test
	void namesNoRouteByWhatAClientHasChosen() {
		assertThat(this.registry.find("http.server.requests").timers())
			.noneMatch((timer) -> String.valueOf(timer.getId().getTag("uri")).contains("market"));
	}

	private long count(String uri) {
		return this.registry.find("http.server.requests")
			.tag("uri", uri)
			.timers()
			.stream()
			.mapToLong(Timer::count)
			.sum();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(MetersIntegrationTests.Market.class)
	static class Application {

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.build();
		}

	}

}
