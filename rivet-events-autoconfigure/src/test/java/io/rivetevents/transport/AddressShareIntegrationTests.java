package io.rivetevents.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

import io.rivetevents.protocol.Encoding;
import io.rivetevents.protocol.ToClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which address a client counts for behind a proxy, on each transport.
 */
class AddressShareIntegrationTests {

	private final HttpClient http = HttpClient.newHttpClient();

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			native    | X-Forwarded-For | 198.51.100.7          | 198.51.100.7          | 198.51.100.8
			native    | X-Forwarded-For | 2001:db8:0:1::1       | 2001:db8:0:1:ffff::2  | 2001:db8:0:2::1
			native    | Forwarded       | for="[2001:db8::1]:4711" | for="[2001:db8::2]:4712" | for=198.51.100.8
			framework | X-Forwarded-For | 198.51.100.7          | 198.51.100.7          | 198.51.100.8
			framework | X-Forwarded-For | 2001:db8:0:1::1       | 2001:db8:0:1:ffff::2  | 2001:db8:0:2::1
			framework | X-Forwarded-For | ::ffff:198.51.100.7   | 198.51.100.7          | 198.51.100.8
			framework | Forwarded       | for="[2001:db8::1]:4711" | for="[2001:db8::2]:4712" | for=198.51.100.8
			framework | Forwarded       | for=198.51.100.7:4711 | for="198.51.100.7"    | for=198.51.100.8
			""")
	void countsForTheAddressThatAProxySends(String strategy, String header, String address, String same, String other)
			throws Exception {
		try (ConfigurableApplicationContext context = start("--server.forward-headers-strategy=" + strategy)) {
			TestSocket first = open(context, header, address);
			assertThat(first.next(ToClient.class)).isInstanceOf(ToClient.Init.class);
			assertThat(open(context, header, same).next(ToClient.Error.class).code()).isEqualTo("too_many");
			assertThat(TestStream.get(base(context), TestClient.query("room", "k", "sse"), header, same)
				.nextExtended()
				.text("code")).isEqualTo("too_many");
			assertThat(put(context, "a", header, same)).isEqualTo(503); // one is there
			assertThat(call(context, "b", header, same)).isEqualTo(503);
			try (TestSocket third = open(context, header, other)) {
				assertThat(third.next(ToClient.class)).isInstanceOf(ToClient.Init.class);
			}
			first.close();
		}
	}

	@Test
	void countsCallsForTheAddressThatAProxySends() throws Exception {
		try (ConfigurableApplicationContext context = start("--server.forward-headers-strategy=framework",
				"--rivet.events.limits.address.calls=0")) {
			assertThat(call(context, "a", "X-Forwarded-For", "127.0.0.1")).isEqualTo(200);
			assertThat(call(context, "a", "X-Forwarded-For", "198.51.100.7")).isEqualTo(503);
			try (TestSocket socket = open(context, "X-Forwarded-For", "198.51.100.7")) {
				socket.next(ToClient.Init.class);
				socket.call(1, "make", 1);
				assertThat(socket.next(ToClient.Error.class).code()).isEqualTo("overloaded");
			}
		}
	}

	@Test
	void looksUpNoName() throws Exception {
		try (ConfigurableApplicationContext context = start("--server.forward-headers-strategy=framework")) {
			for (int i = 0; i < 3; i++) {
				assertThat(put(context, "k" + i, "X-Forwarded-For", "localhost")).isEqualTo(200);
				assertThat(put(context, "l" + i, "Forwarded", "for=_hidden")).isEqualTo(200);
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

	private static TestSocket open(ConfigurableApplicationContext context, String header, String address) {
		HttpHeaders headers = new HttpHeaders();
		headers.set(header, address);
		return TestSocket.open(base(context) + TestSocket.query("room", "k"), Encoding.JSON, headers);
	}

	private int put(ConfigurableApplicationContext context, String key, String header, String address)
			throws Exception {
		return send(context, "PUT", "/actors", "{\"name\":\"room\",\"key\":\"%s\"}".formatted(key), header, address);
	}

	private int call(ConfigurableApplicationContext context, String key, String header, String address)
			throws Exception {
		return send(context, "POST", TestClient.query("room", key, "action/make"), "{\"args\":[1]}", header, address);
	}

	private int send(ConfigurableApplicationContext context, String method, String path, String body, String header,
			String address) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(base(context) + path))
			.header("content-type", "application/json")
			.header(header, address)
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
	@Import(TestActors.Room.class)
	static class Application {

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll()).build();
		}

	}

}
