/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.time.Clock;
import java.time.Duration;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.HttpStatusServerEntryPoint;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.WebSession;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.InMemoryWebSessionStore;
import org.springframework.web.server.session.WebSessionManager;
import reactor.core.publisher.Mono;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestStream;
import io.rivetevents.transport.TestUsers;

import static io.rivetevents.security.SessionClient.assertClosed;
import static io.rivetevents.security.SessionClient.assertOpen;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections end with the web session of their page, whatever ends it.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.rejection-delay=10ms", "rivet.events.shutdown.spread=0s" })
class SessionEndIntegrationTests {

	private static final InMemoryWebSessionStore SESSIONS = new InMemoryWebSessionStore();

	private final SessionClient client;

	SessionEndIntegrationTests(@LocalServerPort int port) {
		this.client = new SessionClient(port);
	}

	@BeforeEach
	void resetTheClock() {
		SESSIONS.setClock(Clock.systemUTC());
	}

	@Test
	void closesTheConnectionsOfASessionThatAControllerInvalidates() {
		String cookie = this.client.login("ada");
		TestStream stream = this.client.stream(cookie);
		try (TestSocket socket = this.client.socket(cookie);
				TestSocket elsewhere = this.client.socket(this.client.login("ada"))) {
			assertThat(this.client.call(cookie, "signedIn")).isEqualTo(200);
			this.client.post("/invalidate", cookie, "");
			assertClosed(socket, stream);
			assertThat(this.client.call(cookie, "signedIn")).isEqualTo(403);
			assertThat(this.client.post("/touch", cookie, "").statusCode()).isEqualTo(401);
			assertOpen(elsewhere);
		}
	}

	@Test
	void findsTheConnectionsAfterTheSessionIdHasChanged() {
		String cookie = this.client.login("ada");
		TestStream stream = this.client.stream(cookie);
		try (TestSocket socket = this.client.socket(cookie)) {
			String changed = SessionClient.cookieOf(this.client.post("/change", cookie, ""));
			String again = this.client.login("ada", changed);
			assertThat(again).isNotEqualTo(changed).isNotEqualTo(cookie);
			assertOpen(socket);
			this.client.post("/invalidate", again, "");
			assertClosed(socket, stream);
		}
	}

	@Test
	void closesTheConnectionsOfASessionThatIsIdleForTooLong() {
		String cookie = this.client.login("ada");
		String used = this.client.login("ada");
		TestStream stream = this.client.stream(cookie);
		try (TestSocket socket = this.client.socket(cookie); TestSocket other = this.client.socket(used)) {
			moveClock(Duration.ofMinutes(20));
			assertThat(this.client.post("/touch", used, "").statusCode()).isEqualTo(200);
			assertOpen(socket); // messages of connections do not extend the session
			moveClock(Duration.ofMinutes(31));
			assertClosed(socket, stream);
			assertOpen(other);
			moveClock(Duration.ofMinutes(51));
			assertThat(other.closed()).isEqualTo(SessionClient.LOGGED_OUT);
		}
	}

	@Test
	void closesTheConnectionsOfASessionThatAnAdministratorEnds() {
		String cookie = this.client.login("ada");
		TestStream stream = this.client.stream(cookie);
		try (TestSocket socket = this.client.socket(cookie)) {
			SESSIONS.getSessions().get(cookie.split("=")[1]).invalidate().block();
			assertClosed(socket, stream);
		}
	}

	private static void moveClock(Duration elapsed) {
		SESSIONS.setClock(Clock.offset(Clock.systemUTC(), elapsed));
	}

	@Actor("room")
	static class Room {

		@Action
		void act() {
		}

		@Action
		@PreAuthorize("hasRole('USER')")
		void signedIn() {
		}

	}

	@RestController
	static class Sessions {

		@PostMapping("/invalidate")
		Mono<Void> invalidate(WebSession session) {
			return session.invalidate();
		}

		@PostMapping("/change")
		Mono<Void> change(WebSession session) {
			return session.changeSessionId();
		}

		@PostMapping("/touch")
		void touch() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import({ TestUsers.class, Room.class, Sessions.class })
	static class Application {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http
				.authorizeExchange(
						(exchange) -> exchange.pathMatchers("/touch").authenticated().anyExchange().permitAll())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.exceptionHandling((spec) -> spec
					.authenticationEntryPoint(new HttpStatusServerEntryPoint(HttpStatus.UNAUTHORIZED)))
				.formLogin(Customizer.withDefaults())
				.build();
		}

		@Bean
		WebSessionManager webSessionManager() {
			DefaultWebSessionManager sessions = new DefaultWebSessionManager();
			sessions.setSessionStore(SESSIONS);
			return sessions;
		}

	}

}
