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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;

import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which address a client counts for behind a proxy, on each transport.
 */
class AddressShareIntegrationTests {

	private static final String LIST = "X-Forwarded-For";

	private static final String STANDARD = "Forwarded";

	private final HttpClient http = HttpClient.newHttpClient();

	/**
	 * Two requests of one client, and one of another.
	 */
	record Row(String header, String first, String same, String other) {
	}

	private static final List<Row> ROWS = List.of(new Row(LIST, "198.51.100.7", "198.51.100.7", "198.51.100.8"),
			new Row(LIST, "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"),
			new Row(LIST, "::ffff:198.51.100.17", "198.51.100.17", "198.51.100.18"),
			new Row(LIST, "198.51.100.27:4711", "198.51.100.27:4712", "198.51.100.28:4711"),
			new Row(LIST, "[2001:db8:1:1::1]:4711", "[2001:db8:1:1::2]", "[2001:db8:1:2::1]:4711"),
			// what stands before is the client's
			new Row(LIST, "198.51.100.37", "127.0.0.1,198.51.100.37", "198.51.100.37, 198.51.100.38"),
			new Row(LIST, "10.0.0.1, 198.51.100.47", "10.0.0.2, 198.51.100.47", "10.0.0.1, 198.51.100.48"),
			new Row(LIST, "localhost, 198.51.100.57", "unknown,198.51.100.57", "localhost, 198.51.100.58"),
			// proxies behind the first
			new Row(LIST, "198.51.100.67, 127.0.0.1", "198.51.100.67, 192.0.2.9, ::1", "198.51.100.68, 192.0.2.9"),
			new Row(STANDARD, "for=\"[2001:db8:2:1::1]:4711\"", "for=\"[2001:db8:2:1::2]:4712\"", "for=198.51.100.78"),
			new Row(STANDARD, "for=198.51.100.87:4711", "by=_y; FOR=\"198.51.100.87\"", "for=198.51.100.88"),
			new Row(STANDARD, "for=127.0.0.1, for=198.51.100.97", "for=unknown,for=198.51.100.97;by=_x",
					"for=198.51.100.97, for=198.51.100.98"),
			new Row(STANDARD, "for=_x, for=198.51.100.107", "for=10.0.0.1, for=198.51.100.107, for=192.0.2.9",
					"for=198.51.100.108"),
			// a quotation mark of the client's takes in nothing
			new Row(STANDARD, "for=198.51.100.117", "for=\"198.51.100.118, for=198.51.100.117", "for=198.51.100.119"));

	@ParameterizedTest
	@ValueSource(strings = { "native", "framework" })
	void countsForTheLastAddressThatIsNoProxys(String strategy) throws Exception {
		try (ConfigurableApplicationContext context = start("--server.forward-headers-strategy=" + strategy,
				"--rivet.events.limits.trusted-proxies=192.0.2.0/24")) {
			for (int i = 0; i < ROWS.size(); i++) {
				Row row = ROWS.get(i);
				String key = "row" + i;
				try (TestSocket first = open(context, key, row.header, row.first)) {
					assertThat(first.next(ToClient.class)).as(row.toString()).isInstanceOf(ToClient.Init.class);
					assertThat(open(context, key, row.header, row.same).next(ToClient.Error.class).code())
						.as(row.toString())
						.isEqualTo("too_many");
					assertThat(TestStream.get(base(context), TestClient.query("room", key, "sse"), row.header, row.same)
						.response()
						.statusCode()).as(row.toString()).isEqualTo(503);
					assertThat(put(context, key + "a", row.header, row.same)).as(row.toString()).isEqualTo(503);
					assertThat(call(context, key + "b", row.header, row.same)).as(row.toString()).isEqualTo(503);
					try (TestSocket third = open(context, key, row.header, row.other)) {
						assertThat(third.next(ToClient.class)).as(row.toString()).isInstanceOf(ToClient.Init.class);
					}
				}
			}
			assertThat(put(context, "last", LIST, "198.51.100.200", LIST, "198.51.100.201")).isEqualTo(200);
			assertThat(put(context, "none", LIST, "198.51.100.202", LIST, "198.51.100.201")).isEqualTo(503);
			assertThat(put(context, "both", LIST, "198.51.100.203", STANDARD, "for=198.51.100.203")).isEqualTo(200);
			// the client has forged one of the two: all such clients count together
			assertThat(put(context, "odd", LIST, "198.51.100.204", STANDARD, "for=198.51.100.205")).isEqualTo(200);
			assertThat(put(context, "odder", LIST, "198.51.100.206", STANDARD, "for=unknown")).isEqualTo(503);
			// a header with proxies alone identifies no client
			assertThat(put(context, "proxy", LIST, "198.51.100.207", STANDARD, "for=127.0.0.1")).isEqualTo(200);
			assertThat(put(context, "proxies", LIST, "192.0.2.7", STANDARD, "for=198.51.100.207")).isEqualTo(503);
			assertThat(put(context, "even", LIST, "198.51.100.204")).isEqualTo(200);
		}
	}

	@Test
	void countsCallsForTheAddressThatAProxySends() throws Exception {
		try (ConfigurableApplicationContext context = start("--server.forward-headers-strategy=framework",
				"--rivet.events.limits.address.calls=0")) {
			assertThat(call(context, "a", "X-Forwarded-For", "127.0.0.1")).isEqualTo(200);
			assertThat(call(context, "a", "X-Forwarded-For", "198.51.100.7")).isEqualTo(503);
			// a connect waits for its turn like a call
			try (TestSocket socket = open(context, "a", "X-Forwarded-For", "198.51.100.7")) {
				assertThat(socket.next(ToClient.Error.class).code()).isEqualTo("overloaded");
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "native", "framework" })
	void countsWhatIsNoAddressByThePeer(String strategy) throws Exception {
		try (ConfigurableApplicationContext context = start("--server.forward-headers-strategy=" + strategy)) {
			for (int i = 0; i < 3; i++) {
				// the peer is loopback, which has no share
				assertThat(put(context, "k" + i, LIST, "localhost")).isEqualTo(200);
				assertThat(put(context, "l" + i, STANDARD, "for=_hidden")).isEqualTo(200);
				assertThat(put(context, "m" + i, LIST, "198.51.100.7, unknown")).isEqualTo(200);
				assertThat(put(context, "n" + i, "X-Other", "198.51.100.7")).isEqualTo(200);
			}
		}
	}

	@Test
	void doesNotBelieveAHeaderByDefault() throws Exception {
		try (ConfigurableApplicationContext context = start()) {
			for (int i = 0; i < 3; i++) {
				// the peer is loopback, which has no share
				assertThat(put(context, "k" + i, "X-Forwarded-For", "198.51.100.7")).isEqualTo(200);
			}
		}
	}

	private static String base(ConfigurableApplicationContext context) {
		return "http://localhost:%s/rivet".formatted(context.getEnvironment().getProperty("local.server.port"));
	}

	private static TestSocket open(ConfigurableApplicationContext context, String key, String header, String address) {
		HttpHeaders headers = new HttpHeaders();
		headers.set(header, address);
		return TestSocket.open(base(context) + TestSocket.query("room", key), Encoding.JSON, headers);
	}

	private int put(ConfigurableApplicationContext context, String key, String... headers) throws Exception {
		return send(context, "PUT", "/actors", "{\"name\":\"room\",\"key\":\"%s\"}".formatted(key), headers);
	}

	private int call(ConfigurableApplicationContext context, String key, String... headers) throws Exception {
		return send(context, "POST", TestClient.query("room", key, "action/make"), "{\"args\":[1]}", headers);
	}

	private int send(ConfigurableApplicationContext context, String method, String path, String body, String... headers)
			throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(base(context) + path))
			.header("content-type", "application/json")
			.headers(headers)
			.method(method, HttpRequest.BodyPublishers.ofString(body))
			.build();
		return this.http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
	}

	private static ConfigurableApplicationContext start(String... args) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "management.health.redis.enabled=false", "rivet.events.shutdown.spread=0s",
					"rivet.events.websocket.rejection-delay=10ms", "rivet.events.limits.address.connections=1",
					"rivet.events.limits.address.instances=1")
			.run(args);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

	}

}
