/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.time.Duration;
import java.time.Instant;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.connection.Connections;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestSocket;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Users of the home issuer are identified by their names alone, with real tokens.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.security.issuer=https://home.example",
				"rivet.events.websocket.rejection-delay=10ms", "rivet.events.shutdown.spread=0s" })
class HomeIssuerIntegrationTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	@LocalServerPort
	private int port;

	@Autowired
	private Connections connections;

	@Autowired
	private Actors actors;

	@Autowired
	private OctetSequenceKey jwk;

	@Test
	void knowsUsersOfTheHomeIssuerByTheirNames() {
		try (TestSocket home = connect("https://home.example"); TestSocket other = connect("https://other.example")) {
			assertThat(this.connections.ofUser("ada")).hasSize(1);
			assertThat(this.connections.ofUser("ada", "https://other.example")).hasSize(1);
			this.connections.user("ada", "https://other.example").send("told", "other");
			this.connections.sendToUser("ada", "told", "home");
			assertThat(told(home)).isEqualTo("home");
			assertThat(told(other)).isEqualTo("other");
		}
	}

	@Test
	void takesTheHomeIssuerForNoneInAllQueries() {
		String issuer = "https://home.example";
		try (TestSocket home = connect(issuer)) {
			assertThat(this.connections.ofUser("ada", issuer)).hasSize(1);
			assertThat(this.connections.ofUserEverywhere("ada", issuer, TIMEOUT).block().connections()).hasSize(1);
			this.connections.user("ada", issuer).send("told", "everywhere");
			assertThat(told(home)).isEqualTo("everywhere");
			this.connections.here().exceptUser("ada", issuer).send("told", "others");
			this.connections.here().toUser("ada", issuer).send("told", "here");
			assertThat(told(home)).isEqualTo("here");
			assertThat(this.connections.closeUser("ada", issuer)).isEqualTo(1);
		}
	}

	@Test
	void takesTheHomeIssuerForNoneInAnActorAndItsHandle() {
		String issuer = "https://home.example";
		try (TestSocket home = connect(issuer)) {
			ActorHandle handle = this.actors.get("lobby", "k");
			handle.call("tell", Void.class, "ada", issuer).block(TIMEOUT);
			assertThat(told(home)).isEqualTo("context");
			handle.exceptUser("ada", issuer).send("told", "others of the handle");
			handle.toUser("ada", issuer).send("told", "handle");
			assertThat(told(home)).isEqualTo("handle");
		}
	}

	private static String told(TestSocket socket) {
		return socket.next(ToClient.Event.class).args().get(0).stringValue();
	}

	private TestSocket connect(String issuer) {
		Instant now = Instant.now();
		JwtClaimsSet claims = JwtClaimsSet.builder()
			.issuer(issuer)
			.subject("ada")
			.issuedAt(now)
			.expiresAt(now.plusSeconds(60))
			.build();
		String token = new NimbusJwtEncoder(new ImmutableJWKSet<>(new JWKSet(this.jwk)))
			.encode(JwtEncoderParameters.from(JwsHeader.with(MacAlgorithm.HS256).build(), claims))
			.getTokenValue();
		HttpHeaders headers = new HttpHeaders();
		headers.setBearerAuth(token);
		TestSocket socket = TestSocket.open(
				"http://localhost:%d/rivet".formatted(this.port) + TestSocket.query("lobby", "k"), Encoding.JSON,
				headers);
		socket.next(ToClient.Init.class);
		return socket;
	}

	@Actor("lobby")
	static class Lobby {

		@Action
		void tell(ActorContext<?, ?> context, String userName, String issuer) {
			context.exceptUser(userName, issuer).send("told", "others of the context");
			context.toUser(userName, issuer).send("told", "context");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Lobby.class)
	static class Application {

		@Bean
		OctetSequenceKey jwk() throws Exception {
			return new OctetSequenceKeyGenerator(256).algorithm(JWSAlgorithm.HS256).keyID("k").generate();
		}

		@Bean
		ReactiveJwtDecoder decoder(OctetSequenceKey jwk) {
			return NimbusReactiveJwtDecoder.withSecretKey(jwk.toSecretKey()).build();
		}

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().authenticated())
				.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
				.build();
		}

	}

}
