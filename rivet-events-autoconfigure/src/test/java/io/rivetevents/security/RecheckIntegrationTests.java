/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.web.server.SecurityWebFilterChain;
import reactor.core.publisher.Mono;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestStream;

import static io.rivetevents.security.SessionClient.assertClosed;
import static io.rivetevents.security.SessionClient.assertOpen;

/**
 * Connections of users that have been disabled, or have lost a role, end without a
 * logout.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "rivet.events.security.recheck-interval=50ms")
class RecheckIntegrationTests {

	private static final Map<String, UserDetails> USERS = new ConcurrentHashMap<>();

	private final SessionClient client;

	RecheckIntegrationTests(@LocalServerPort int port) {
		this.client = new SessionClient(port);
	}

	@ParameterizedTest
	@ValueSource(strings = { "disabled", "lost role" })
	void closesTheConnectionsOfAUser(String change) {
		add("ada");
		add("linus");
		String cookie = this.client.login("ada");
		TestStream stream = this.client.stream(cookie);
		try (TestSocket socket = this.client.socket(cookie);
				TestSocket other = this.client.socket(this.client.login("linus"))) {
			User.UserBuilder changed = User.withUserDetails(USERS.get("ada"));
			USERS.put("ada", (change.equals("disabled") ? changed.disabled(true) : changed.roles("USER")).build());
			assertClosed(socket, stream);
			assertOpen(other);
		}
	}

	private static void add(String name) {
		USERS.put(name, User.withUsername(name).password("{noop}" + name).roles("USER", "ADMIN").build());
	}

	@Actor("room")
	static class Room {

		@Action
		void act() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Room.class)
	static class Application {

		/** Copies, because Spring Security erases the password. */
		@Bean
		ReactiveUserDetailsService users() {
			return (name) -> Mono.justOrEmpty(USERS.get(name)).map((user) -> User.withUserDetails(user).build());
		}

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.formLogin(Customizer.withDefaults())
				.build();
		}

	}

}
