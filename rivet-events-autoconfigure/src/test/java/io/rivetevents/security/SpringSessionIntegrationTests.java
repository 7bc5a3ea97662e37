/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.session.data.redis.config.annotation.web.server.EnableRedisIndexedWebSession;
import org.springframework.session.data.redis.config.annotation.web.server.EnableRedisWebSession;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;
import redis.embedded.RedisServer;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestStream;
import io.rivetevents.transport.TestUsers;

import static io.rivetevents.security.SessionClient.assertClosed;
import static io.rivetevents.security.SessionClient.assertOpen;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sessions of Spring Session in a real Redis, which two applications share.
 */
class SpringSessionIntegrationTests {

	private static RedisServer redis;

	private static int port;

	private static ConfigurableApplicationContext left;

	private static ConfigurableApplicationContext right;

	@BeforeAll
	static void start() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			port = socket.getLocalPort();
		}
		redis = RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting("save \"\"").build();
		redis.start();
		left = startNode(Plain.class);
		right = startNode(Plain.class);
	}

	private static ConfigurableApplicationContext startNode(Class<?> sessions, String... properties) {
		return new SpringApplicationBuilder(Application.class, sessions).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "rivet.events.shutdown.spread=0s", "rivet.events.backplane=redis",
					"spring.data.redis.port=" + port)
			.properties(properties)
			.run();
	}

	@AfterAll
	static void stop() throws IOException {
		left.close();
		right.close();
		redis.stop();
	}

	@Test
	void closesTheConnectionsOfAnInvalidatedSessionOnBothNodes() {
		String cookie = SessionClient.of(left).login("ada");
		TestStream there = SessionClient.of(right).stream(cookie);
		try (TestSocket here = SessionClient.of(left).socket(cookie);
				TestSocket other = SessionClient.of(right).socket(SessionClient.of(left).login("ada"))) {
			SessionClient.of(left).post("/invalidate", cookie, "");
			assertClosed(here, there);
			assertOpen(other);
		}
	}

	@Test
	void findsTheConnectionsAfterTheSessionIdHasChanged() {
		String cookie = SessionClient.of(left).login("ada");
		TestStream there = SessionClient.of(right).stream(cookie);
		try (TestSocket here = SessionClient.of(left).socket(cookie)) {
			String again = SessionClient.of(left).login("ada", cookie);
			assertThat(again).isNotEqualTo(cookie);
			assertOpen(here);
			SessionClient.of(right).post("/logout", again, "");
			assertClosed(here, there);
		}
	}

	@Test
	void closesTheConnectionsOfASessionThatIsIdleForTooLong() {
		String cookie = SessionClient.of(left).login("ada");
		TestStream there = SessionClient.of(right).stream(cookie);
		try (TestSocket here = SessionClient.of(left).socket(cookie)) {
			SessionClient.of(right).post("/shorten", cookie, "");
			assertThat(SessionClient.of(left).call(cookie, "act")).isEqualTo(200);
			assertClosed(here, there);
		}
	}

	@Test
	void closesTheConnectionsOfASessionThatAnotherProcessDeletes() {
		try (ConfigurableApplicationContext node = startNode(Plain.class,
				"rivet.events.security.recheck-interval=100ms")) {
			String cookie = SessionClient.of(node).login("ada");
			TestStream stream = SessionClient.of(node).stream(cookie);
			try (TestSocket socket = SessionClient.of(node).socket(cookie)) {
				redis().delete("spring:session:sessions:" + idOf(cookie));
				assertClosed(socket, stream);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void closesTheConnectionsOfAnIndexedSessionAtItsEvent(boolean deleted) {
		try (ConfigurableApplicationContext node = startNode(Indexed.class)) {
			String cookie = SessionClient.of(node).login("ada");
			TestStream stream = SessionClient.of(node).stream(cookie);
			try (TestSocket socket = SessionClient.of(node).socket(cookie)) {
				String key = "spring:session:sessions:expires:" + idOf(cookie);
				assertThat(deleted ? redis().delete(key) : redis().expire(key, Duration.ofMillis(1))).isTrue();
				assertClosed(socket, stream);
			}
		}
	}

	private static StringRedisTemplate redis() {
		return left.getBean(StringRedisTemplate.class);
	}

	private static String idOf(String cookie) {
		return cookie.split("=", 2)[1];
	}

	@Actor("room")
	static class Room {

		@Action
		void act() {
		}

	}

	@RestController
	static class Sessions {

		@PostMapping("/invalidate")
		Mono<Void> invalidate(WebSession session) {
			return session.invalidate();
		}

		@PostMapping("/shorten")
		void shorten(WebSession session) {
			session.setMaxIdleTime(Duration.ofSeconds(2));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableRedisWebSession
	static class Plain {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableRedisIndexedWebSession
	static class Indexed {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ TestUsers.class, Room.class, Sessions.class })
	static class Application {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.formLogin(Customizer.withDefaults())
				.build();
		}

	}

}
