/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.nimbusds.jose.jwk.OctetSequenceKey;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.TestComponent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.csrf.CookieServerCsrfTokenRepository;
import org.springframework.security.web.server.csrf.ServerCsrfTokenRequestAttributeHandler;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.connection.Connection;

/**
 * A server with a login by form and session, whose page gets tokens that expire within
 * seconds. The name of a user is also the password. Actors accept tokens and tickets, not
 * the session. Not found by the scan of the sample.
 */
@TestComponent
final class DeskServer {

	/** The header that selects the chain that requires a token for each request. */
	private static final String STRICT = "x-strict";

	/** The header of clients that are too fast, and what tells one from another. */
	private static final String FLOOD = "x-flood";

	private DeskServer() {
	}

	private static boolean hasRole(@Nullable Principal user, String role) {
		return user instanceof Authentication authentication && authentication.getAuthorities()
			.stream()
			.anyMatch((authority) -> ("ROLE_" + role).equals(authority.getAuthority()));
	}

	/** Issues tokens. */
	@RestController
	static class Tokens {

		private static final OctetSequenceKey KEY = new OctetSequenceKey.Builder(new byte[32]).build();

		private static final List<String> ALL = List.of("USER", "READER");

		/** Roles of users that do not have all. */
		private final Map<String, List<String>> roles = new ConcurrentHashMap<>();

		/**
		 * Sets the roles of the next tokens for the page of a user; none for no token.
		 */
		void setRoles(String user, String... roles) {
			this.roles.put(user, List.of(roles));
		}

		@GetMapping("/token")
		ResponseEntity<String> ofPage(@Nullable Principal user) {
			List<String> roles = (user != null) ? this.roles.getOrDefault(user.getName(), ALL) : List.of();
			return roles.isEmpty() ? ResponseEntity.status(HttpStatus.UNAUTHORIZED).build()
					: ResponseEntity.ok(issue(user.getName(), 2, roles));
		}

		/** For tests that are no page. */
		@GetMapping("/issue")
		String issue(@RequestParam String user, @RequestParam int seconds, @RequestParam List<String> roles) {
			Instant now = Instant.now();
			JwtClaimsSet claims = JwtClaimsSet.builder()
				.subject(user)
				.issuedAt(now)
				.expiresAt(now.plusSeconds(seconds))
				.claim("roles", roles)
				.build();
			return NimbusJwtEncoder.withSecretKey(KEY.toSecretKey())
				.algorithm(MacAlgorithm.HS256)
				.build()
				.encode(JwtEncoderParameters.from(JwsHeader.with(MacAlgorithm.HS256).build(), claims))
				.getTokenValue();
		}

		/** Does not accept tokens after their expiry, not even for a minute. */
		static ReactiveJwtDecoder decoder() {
			NimbusReactiveJwtDecoder decoder = NimbusReactiveJwtDecoder.withSecretKey(KEY.toSecretKey())
				.macAlgorithm(MacAlgorithm.HS256)
				.build();
			decoder.setJwtValidator(new JwtTimestampValidator(Duration.ZERO));
			return decoder;
		}

		static JwtAuthenticationToken authenticated(Jwt token) {
			String[] authorities = token.getClaimAsStringList("roles")
				.stream()
				.map((role) -> "ROLE_" + role)
				.toArray(String[]::new);
			return new JwtAuthenticationToken(token, AuthorityUtils.createAuthorityList(authorities));
		}

	}

	/** Counts aloud, and remembers its visitors. */
	@Actor("desk")
	static class Desk {

		static class State {

			public int count;

			public List<String> visitors = new ArrayList<>();

		}

		@CreateState
		State createState() {
			return new State();
		}

		@CreateConnState
		String createConnState(ActorContext<State, String> context, @Nullable Principal user) {
			String name = (user != null) ? user.getName() : "nobody";
			context.state().visitors.add(name);
			return name;
		}

		@CanSubscribe("secret")
		boolean canHear(@Nullable Principal user) {
			return hasRole(user, "READER");
		}

		@Action
		void tick(ActorContext<State, String> context) {
			int count = ++context.state().count;
			context.broadcast("secret", count);
			context.broadcast("ticked", count);
		}

		@Action
		String connection(Connection<String> connection) {
			return connection.id();
		}

		@Action
		String who(@Nullable Principal user) {
			return (user != null) ? user.getName() : "nobody";
		}

		@Action
		String greet() {
			return "Good morning";
		}

		@Action
		List<String> visitors(ActorContext<State, String> context) {
			return context.state().visitors;
		}

	}

	@Actor("vault")
	static class Vault {

		@Action
		String open(Principal user) {
			return "Opened by " + user.getName();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Desk.class, Vault.class, Tokens.class })
	static class Application {

		@Bean
		ReactiveJwtDecoder jwtDecoder() {
			return Tokens.decoder();
		}

		@Bean
		MapReactiveUserDetailsService users() {
			return new MapReactiveUserDetailsService(user("ada"), user("linus"), user("grace"));
		}

		private static UserDetails user(String name) {
			return User.withUsername(name).password("{noop}" + name).roles("USER", "READER").build();
		}

		@Bean
		@Order(1)
		SecurityWebFilterChain strict(ServerHttpSecurity http) {
			return withTokens(http)
				.securityMatcher((exchange) -> exchange.getRequest().getHeaders().containsHeader(STRICT)
						? ServerWebExchangeMatcher.MatchResult.match()
						: ServerWebExchangeMatcher.MatchResult.notMatch())
				.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.build();
		}

		@Bean
		@Order(2)
		SecurityWebFilterChain actors(ServerHttpSecurity http) {
			return withTokens(http)
				.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/rivet/gateway/**", "/rivet/connections/**"))
				.securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
				.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
				.build();
		}

		@Bean
		@Order(3)
		SecurityWebFilterChain pages(ServerHttpSecurity http) {
			return withTokens(http).authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
				.csrf((csrf) -> csrf.csrfTokenRepository(CookieServerCsrfTokenRepository.withHttpOnlyFalse())
					.csrfTokenRequestHandler(new ServerCsrfTokenRequestAttributeHandler()))
				.formLogin(Customizer.withDefaults())
				.build();
		}

		private static ServerHttpSecurity withTokens(ServerHttpSecurity http) {
			return http.oauth2ResourceServer((server) -> server
				.jwt((jwt) -> jwt.jwtAuthenticationConverter((token) -> Mono.just(Tokens.authenticated(token)))));
		}

		/** Answers 429 to the first request of each client that is too fast. */
		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		WebFilter floodFilter() {
			Map<String, Boolean> seen = new ConcurrentHashMap<>();
			return (exchange, chain) -> {
				String flood = exchange.getRequest().getHeaders().getFirst(FLOOD);
				return (flood != null && seen.put(flood, true) == null) ? answerTooMany(exchange.getResponse())
						: chain.filter(exchange);
			};
		}

		private static Mono<Void> answerTooMany(ServerHttpResponse response) {
			response.setStatusCode(HttpStatus.TOO_MANY_REQUESTS);
			response.getHeaders().set(HttpHeaders.RETRY_AFTER, "1");
			response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
			DataBuffer problem = response.bufferFactory().wrap("""
					{"status":429,"title":"Too Many Requests","detail":"Slow down.","code":"shop.flooded"}
					""".getBytes());
			return response.writeWith(Mono.just(problem));
		}

	}

}
