/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
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
import org.springframework.security.oauth2.client.oidc.session.OidcSessionInformation;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
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

	private static final String ISSUER = "https://provider.example";

	private static final RSAKey KEY = key();

	private static final HttpServer PROVIDER = provider();

	private final SessionClient client;

	private final ReactiveOidcSessionRegistry sessions;

	BackChannelLogoutIntegrationTests(@LocalServerPort int port, @Autowired ReactiveOidcSessionRegistry sessions) {
		this.client = new SessionClient(port);
		this.sessions = sessions;
	}

	@AfterAll
	static void stopProvider() {
		PROVIDER.stop(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "default", "own" })
	void closesTheConnectionsOfTheSession(String registration) throws Exception {
		String cookie = this.client.login("ada");
		link(cookie, "s1");
		String elsewhere = this.client.login("ada");
		link(elsewhere, "s2");
		TestStream stream = this.client.stream(cookie);
		try (TestSocket socket = this.client.socket(cookie); TestSocket other = this.client.socket(elsewhere)) {
			assertThat(this.client
				.post("/logout/connect/back-channel/" + registration, null, "logout_token=" + logoutToken("s1"))
				.statusCode()).isEqualTo(200);
			assertClosed(socket, stream);
			assertOpen(other);
		}
	}

	/** As the login by the provider does. */
	private void link(String cookie, String session) {
		OidcIdToken token = new OidcIdToken("token", Instant.now(), Instant.now().plusSeconds(60),
				Map.of("iss", ISSUER, "sub", "ada", "sid", session, "aud", List.of("app")));
		this.sessions
			.saveSessionInformation(
					new OidcSessionInformation(cookie.split("=")[1], Map.of(), new DefaultOidcUser(List.of(), token)))
			.block();
	}

	private static String logoutToken(String session) throws JOSEException {
		JWTClaimsSet claims = new JWTClaimsSet.Builder().issuer(ISSUER)
			.subject("ada")
			.audience("app")
			.issueTime(new Date())
			.expirationTime(Date.from(Instant.now().plusSeconds(60)))
			.jwtID(UUID.randomUUID().toString())
			.claim("sid", session)
			.claim("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()))
			.build();
		SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(KEY.getKeyID())
			.type(new JOSEObjectType("logout+jwt"))
			.build(), claims);
		token.sign(new RSASSASigner(KEY));
		return token.serialize();
	}

	private static RSAKey key() {
		try {
			return new RSAKeyGenerator(2048).keyID("key").generate();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Actor("room")
	static class Room {

		@Action
		void act() {
		}

	}

	/** The provider, which publishes its key. */
	private static HttpServer provider() {
		try {
			HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
			server.createContext("/keys", (exchange) -> {
				byte[] keys = new JWKSet(KEY.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
				exchange.getResponseHeaders().set("content-type", "application/json");
				exchange.sendResponseHeaders(200, keys.length);
				exchange.getResponseBody().write(keys);
				exchange.close();
			});
			server.start();
			return server;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
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
			return new InMemoryReactiveClientRegistrationRepository(registration("default"), registration("own"));
		}

		private static ClientRegistration registration(String id) {
			return ClientRegistration.withRegistrationId(id)
				.clientId("app")
				.clientSecret("secret")
				.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
				.redirectUri("{baseUrl}/login/oauth2/code/{registrationId}")
				.authorizationUri(ISSUER + "/authorize")
				.tokenUri(ISSUER + "/token")
				.issuerUri(ISSUER)
				.jwkSetUri("http://localhost:%d/keys".formatted(PROVIDER.getAddress().getPort()))
				.scope("openid")
				.build();
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
