/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import com.nimbusds.jose.jwk.OctetSequenceKey;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.server.SecurityWebFilterChain;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.OnReauthenticate;
import io.rivetevents.connection.Connection;
import io.rivetevents.error.UserError;

/**
 * Issues tokens with roles, and decides whether the server can check them.
 */
class ExpiringTokens {

	private static final OctetSequenceKey KEY = new OctetSequenceKey.Builder(new byte[32]).build();

	private final Set<String> failing = ConcurrentHashMap.newKeySet();

	private final Set<String> slow = ConcurrentHashMap.newKeySet();

	/** Returns a token of a user. */
	String token(String user, Duration lifetime, String... roles) {
		Instant now = Instant.now();
		JwtClaimsSet claims = JwtClaimsSet.builder()
			.subject(user)
			.issuedAt(now.minusSeconds(3600))
			.expiresAt(now.plus(lifetime))
			.claim("roles", List.of(roles))
			.build();
		return NimbusJwtEncoder.withSecretKey(KEY.toSecretKey())
			.algorithm(MacAlgorithm.HS256)
			.build()
			.encode(JwtEncoderParameters.from(JwsHeader.with(MacAlgorithm.HS256).build(), claims))
			.getTokenValue();
	}

	static JsonNode credentials(String token) {
		return new JsonMapper().valueToTree(Map.of("token", token));
	}

	/** The token cannot be checked from now on. */
	void fail(String token) {
		this.failing.add(token);
	}

	/** The check of the token does not end from now on. */
	void delay(String token) {
		this.slow.add(token);
	}

	void answerAll() {
		this.failing.clear();
		this.slow.clear();
	}

	private Mono<Jwt> decode(ReactiveJwtDecoder decoder, String token) {
		if (this.failing.contains(token)) {
			return Mono.error(new JwtException("The issuer cannot be reached"));
		}
		return this.slow.contains(token) ? Mono.never() : decoder.decode(token);
	}

	private static JwtAuthenticationToken authenticated(Jwt token) {
		String[] roles = token.getClaimAsStringList("roles")
			.stream()
			.map((role) -> "ROLE_" + role)
			.toArray(String[]::new);
		return new JwtAuthenticationToken(token, AuthorityUtils.createAuthorityList(roles));
	}

	private static boolean hasRole(@Nullable Principal user, String role) {
		return user instanceof Authentication authentication && authentication.getAuthorities()
			.stream()
			.anyMatch((authority) -> ("ROLE_" + role).equals(authority.getAuthority()));
	}

	@Actor("desk")
	static class Desk {

		private final Environment environment;

		Desk(Environment environment) {
			this.environment = environment;
		}

		@CreateConnState
		String createConnState() {
			return "new";
		}

		@OnReauthenticate
		void onReauthenticate(ActorContext<?, String> context, Authentication user) {
			if (hasRole(user, "BANNED")) {
				throw new UserError("banned", "The user is banned");
			}
			context.conn().setState("renewed");
		}

		@CanSubscribe
		boolean canSubscribe(String event, @Nullable Principal user) {
			return !event.equals("secret") || hasRole(user, "READER");
		}

		@Action
		@PreAuthorize("hasRole('READER')")
		public String read(Connection<String> connection, Principal user) {
			return user.getName() + " " + connection.state();
		}

		@Action
		public String connection(Connection<?> connection) {
			return connection.id();
		}

		@Action
		public void say(ActorContext<?, ?> context, String text) {
			context.broadcast("secret", text);
			context.broadcast("said", text);
		}

		/** Returns the port of the node of the instance. */
		@Action
		public @Nullable String node() {
			return this.environment.getProperty("local.server.port");
		}

	}

	@Actor(value = "vault", access = "hasRole('READER')")
	static class Vault {

		@Action
		void open() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import({ Desk.class, Vault.class, ExpiringTokens.class })
	static class Application {

		@Bean
		ReactiveJwtDecoder jwtDecoder(ExpiringTokens tokens) {
			ReactiveJwtDecoder decoder = NimbusReactiveJwtDecoder.withSecretKey(KEY.toSecretKey())
				.macAlgorithm(MacAlgorithm.HS256)
				.build();
			return (token) -> tokens.decode(decoder, token);
		}

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.oauth2ResourceServer((server) -> server
					.jwt((jwt) -> jwt.jwtAuthenticationConverter((token) -> Mono.just(authenticated(token)))))
				.build();
		}

	}

}
