/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.nimbusds.jose.jwk.OctetSequenceKey;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.client.oidc.server.session.InMemoryReactiveOidcSessionRegistry;
import org.springframework.security.oauth2.client.oidc.server.session.ReactiveOidcSessionRegistry;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionAuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.introspection.ReactiveOpaqueTokenIntrospector;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher.MatchResult;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.extension.AuthenticationExpiry;
import io.rivetevents.security.webflux.StandardCredentialsConverter;

/**
 * An application with all ways to sign in. Its users, tokens and sessions are common to
 * all nodes.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableMethodSecurity
@Import({ RightsApplication.Desk.class, RightsApplication.Sessions.class })
class RightsApplication {

	/** Selects the filter chain with opaque tokens. */
	static final String OPAQUE = "x-opaque-tokens";

	static final Map<String, UserDetails> USERS = new ConcurrentHashMap<>();

	static final Map<String, OAuth2IntrospectionAuthenticatedPrincipal> OPAQUE_TOKENS = new ConcurrentHashMap<>();

	/** When the right of a user expires, by the rule of the application. */
	static final Map<String, Instant> EXPIRIES = new ConcurrentHashMap<>();

	static final ReactiveOidcSessionRegistry LOGINS = new InMemoryReactiveOidcSessionRegistry();

	static final OidcProvider PROVIDER = OidcProvider.start();

	private static final OctetSequenceKey KEY = new OctetSequenceKey.Builder(new byte[32]).build();

	static String password(String user) {
		return "pw-" + user;
	}

	static String jwt(String user, Instant expiry) {
		JwtClaimsSet claims = JwtClaimsSet.builder()
			.subject(user)
			.issuedAt(Instant.now().minusSeconds(60))
			.expiresAt(expiry)
			.build();
		return NimbusJwtEncoder.withSecretKey(KEY.toSecretKey())
			.algorithm(MacAlgorithm.HS256)
			.build()
			.encode(JwtEncoderParameters.from(JwsHeader.with(MacAlgorithm.HS256).build(), claims))
			.getTokenValue();
	}

	static String opaqueToken(String user, Instant expiry) {
		String token = "opaque-" + user;
		OPAQUE_TOKENS.put(token, new OAuth2IntrospectionAuthenticatedPrincipal(user, Map.of("sub", user, "exp", expiry),
				AuthorityUtils.createAuthorityList("ROLE_USER")));
		return token;
	}

	@Bean
	ReactiveJwtDecoder jwtDecoder() {
		NimbusReactiveJwtDecoder decoder = NimbusReactiveJwtDecoder.withSecretKey(KEY.toSecretKey())
			.macAlgorithm(MacAlgorithm.HS256)
			.build();
		decoder.setJwtValidator(new JwtTimestampValidator(Duration.ZERO));
		return decoder;
	}

	@Bean
	ReactiveOpaqueTokenIntrospector introspector() {
		return (token) -> Mono.justOrEmpty(OPAQUE_TOKENS.get(token))
			.filter((user) -> Instant.now().isBefore(user.getExpiresAt()))
			.switchIfEmpty(Mono.error(() -> new BadOpaqueTokenException("The token is not active")))
			.map((user) -> user);
	}

	@Bean
	AuthenticationExpiry ownExpiry() {
		return (principal) -> EXPIRIES.get(principal.getName());
	}

	@Bean
	ConnParamsAuthenticationConverter params() {
		StandardCredentialsConverter converter = new StandardCredentialsConverter();
		return converter::convert;
	}

	/** Copies, because Spring Security erases the password. */
	@Bean
	ReactiveUserDetailsService users() {
		return (name) -> Mono.justOrEmpty(USERS.get(name)).map((user) -> User.withUserDetails(user).build());
	}

	@Bean
	PasswordEncoder plainPasswords() {
		return new PasswordEncoder() {

			@Override
			public String encode(CharSequence password) {
				return password.toString();
			}

			@Override
			public boolean matches(CharSequence password, String encoded) {
				return encoded.contentEquals(password);
			}

		};
	}

	@Bean
	ReactiveOidcSessionRegistry oidcSessions() {
		return LOGINS;
	}

	@Bean
	ReactiveClientRegistrationRepository registrations() {
		return new InMemoryReactiveClientRegistrationRepository(PROVIDER.registration("app"));
	}

	@Bean
	@Order(1)
	SecurityWebFilterChain opaqueTokens(ServerHttpSecurity http) {
		return http
			.securityMatcher((exchange) -> exchange.getRequest().getHeaders().containsHeader(OPAQUE)
					? MatchResult.match() : MatchResult.notMatch())
			.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
			.csrf(ServerHttpSecurity.CsrfSpec::disable)
			.oauth2ResourceServer((server) -> server.opaqueToken(Customizer.withDefaults()))
			.build();
	}

	@Bean
	@Order(2)
	SecurityWebFilterChain chain(ServerHttpSecurity http) {
		return http.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
			.csrf(ServerHttpSecurity.CsrfSpec::disable)
			.formLogin(Customizer.withDefaults())
			.httpBasic(Customizer.withDefaults())
			.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults()))
			.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
			.build();
	}

	@RestController
	static class Sessions {

		@PostMapping("/invalidate")
		Mono<Void> invalidate(WebSession session) {
			return session.invalidate();
		}

		@PostMapping("/change")
		Mono<String> change(WebSession session) {
			return session.changeSessionId().then(Mono.fromSupplier(session::getId));
		}

		@PostMapping("/shorten")
		void shorten(WebSession session) {
			session.setMaxIdleTime(Duration.ofSeconds(1));
		}

	}

	@Actor("desk")
	static class Desk {

		private final Environment environment;

		Desk(Environment environment) {
			this.environment = environment;
		}

		@Action(snapshot = true)
		public String who(@Nullable Authentication caller) {
			return (caller != null) ? caller.getName() : "nobody";
		}

		@Action
		@PreAuthorize("isAuthenticated() and not isAnonymous()")
		public void signedIn() {
		}

		/** Returns the port of the node of the instance. */
		@Action
		public @Nullable String node() {
			return this.environment.getProperty("local.server.port");
		}

	}

}
