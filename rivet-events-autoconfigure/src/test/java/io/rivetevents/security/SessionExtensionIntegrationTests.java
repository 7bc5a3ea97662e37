/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.server.WebSession;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.InMemoryWebSessionStore;
import org.springframework.web.server.session.WebSessionManager;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestUsers;

import static io.rivetevents.security.SessionClient.assertOpen;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A session does not become idle while a page is connected, where the application wants
 * that.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.security.extend-sessions=true", "rivet.events.shutdown.spread=0s" })
class SessionExtensionIntegrationTests {

	private static final InMemoryWebSessionStore SESSIONS = new InMemoryWebSessionStore();

	private final SessionClient client;

	SessionExtensionIntegrationTests(@LocalServerPort int port) {
		this.client = new SessionClient(port);
	}

	@Test
	void extendsTheSessionOfAnOpenConnection() {
		String cookie = this.client.login("ada");
		try (TestSocket socket = this.client.socket(cookie)) {
			WebSession connected = sessionOf(cookie);
			WebSession idle = sessionOf(this.client.login("ada"));
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(idle::isExpired);
			assertThat(connected.isExpired()).isFalse();
			assertOpen(socket);
			connected.invalidate().block();
			assertThat(socket.closed()).isEqualTo(SessionClient.LOGGED_OUT);
		}
	}

	private static WebSession sessionOf(String cookie) {
		return SESSIONS.getSessions().get(cookie.split("=")[1]);
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
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.formLogin(Customizer.withDefaults())
				.build();
		}

		/** Sessions are checked once a second, so that they need some seconds. */
		@Bean
		WebSessionManager webSessionManager() {
			SESSIONS.setDefaultMaxIdleTime(Duration.ofSeconds(4));
			DefaultWebSessionManager sessions = new DefaultWebSessionManager();
			sessions.setSessionStore(SESSIONS);
			return sessions;
		}

	}

}
