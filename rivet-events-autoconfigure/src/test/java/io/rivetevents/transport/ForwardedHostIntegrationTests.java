/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.Socket;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which host counts as the requested one if forwarded headers contain another.
 */
class ForwardedHostIntegrationTests {

	private static final String[] FORWARDED = { "X-Forwarded-Host: %s", "Forwarded: host=%s" };

	@ParameterizedTest
	@ValueSource(strings = { "native", "framework" })
	void refusesANameThatAPageHasPointedHere(String strategy) throws Exception {
		try (ConfigurableApplicationContext context = start(strategy)) {
			int port = port(context);
			for (String header : FORWARDED) {
				String good = header.formatted("good.example");
				for (String name : new String[] { "evil.example", "evil.example:" + port, "app",
						"good.example.evil.example", "127.0.0.1.evil.example", "localhost.evil.example" }) {
					assertThat(status(port, name, good)).as(name).isEqualTo(403);
				}
				// hosts by which a proxy sends requests
				for (String name : new String[] { "good.example", "127.0.0.1:" + port, "[::1]:" + port, "LOCALHOST" }) {
					assertThat(status(port, name, good)).as(name).isEqualTo(200);
					assertThat(status(port, name, header.formatted("evil.example"))).as(name).isEqualTo(403);
				}
			}
			assertThat(status(port, "good.example", "X-Other: x")).isEqualTo(200);
			assertThat(status(port, "127.0.0.1", "X-Other: x")).isEqualTo(403);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "native", "framework" })
	void takesTheWordOfATrustedProxy(String strategy) throws Exception {
		try (ConfigurableApplicationContext context = start(strategy,
				"--rivet.events.limits.trusted-proxies=127.0.0.0/8")) {
			for (String header : FORWARDED) {
				assertThat(status(port(context), "app", header.formatted("good.example"))).isEqualTo(200);
				assertThat(status(port(context), "app", header.formatted("evil.example"))).isEqualTo(403);
			}
		}
	}

	private static int port(ConfigurableApplicationContext context) {
		return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	private static int status(int port, String host, String header) throws Exception {
		try (Socket socket = new Socket("127.0.0.1", port)) {
			socket.getOutputStream()
				.write("GET /rivet/health HTTP/1.1\r\nHost: %s\r\n%s\r\nConnection: close\r\n\r\n"
					.formatted(host, header)
					.getBytes(StandardCharsets.US_ASCII));
			String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
		}
	}

	private static ConfigurableApplicationContext start(String strategy, String... args) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "management.health.redis.enabled=false", "rivet.events.shutdown.spread=0s",
					"rivet.events.security.allowed-hosts=good.example", "server.forward-headers-strategy=" + strategy)
			.run(args);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(OpenAccess.class)
	static class Application {

	}

}
