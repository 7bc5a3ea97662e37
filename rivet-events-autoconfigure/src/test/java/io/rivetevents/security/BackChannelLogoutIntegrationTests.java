/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.oidc.server.session.InMemoryReactiveOidcSessionRegistry;
import org.springframework.security.oauth2.client.oidc.server.session.ReactiveOidcSessionRegistry;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.logout.SecurityContextServerLogoutHandler;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestStream;
import io.rivetevents.transport.TestUsers;

import static io.rivetevents.security.SessionClient.assertClosed;
import static io.rivetevents.security.SessionClient.assertOpen;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The provider of a login ends the session with a logout token, which it sends to the
 * server.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class BackChannelLogoutIntegrationTests {

	private static final OidcProvider PROVIDER = OidcProvider.start();

	private final SessionClient client;

	private final ReactiveOidcSessionRegistry sessions;

	BackChannelLogoutIntegrationTests(@LocalServerPort int port, @Autowired ReactiveOidcSessionRegistry sessions) {
		this.client = new SessionClient(port);
		this.sessions = sessions;
	}

	@AfterAll
	static void stopProvider() {
		PROVIDER.stop();
	}

	@ParameterizedTest
	@ValueSource(strings = { "default", "own" })
	void closesTheConnectionsOfTheSession(String registration) throws Exception {
		String cookie = this.client.login("ada");
		this.sessions.saveSessionInformation(OidcProvider.login(cookie, "s1")).block();
		String elsewhere = this.client.login("ada");
		this.sessions.saveSessionInformation(OidcProvider.login(elsewhere, "s2")).block();
		TestStream stream = this.client.stream(cookie);
		try (TestSocket socket = this.client.socket(cookie); TestSocket other = this.client.socket(elsewhere)) {
			assertThat(this.client
				.post("/logout/connect/back-channel/" + registration, null,
						"logout_token=" + PROVIDER.logoutToken("s1"))
				.statusCode()).isEqualTo(200);
			assertClosed(socket, stream);
			assertOpen(other);
		}
	}

	@Actor("room")
	static class Room {

		@Action
		void act() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ TestUsers.class, Room.class })
	static class Application {

		@Bean
		ReactiveOidcSessionRegistry oidcSessions() {
			return new InMemoryReactiveOidcSessionRegistry();
		}

		@Bean
		ReactiveClientRegistrationRepository registrations() {
			return new InMemoryReactiveClientRegistrationRepository(PROVIDER.registration("default"),
					PROVIDER.registration("own"));
		}

		@Bean
		@Order(1)
		SecurityWebFilterChain own(ServerHttpSecurity http) {
			return http.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/logout/connect/back-channel/own"))
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.logout((logout) -> logout.logoutHandler(new SecurityContextServerLogoutHandler()))
				.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults()))
				.build();
		}

		@Bean
		@Order(2)
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.formLogin(Customizer.withDefaults())
				.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults()))
				.build();
		}

	}

}
