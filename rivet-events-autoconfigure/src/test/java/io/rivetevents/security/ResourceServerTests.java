/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

import com.nimbusds.jose.jwk.OctetSequenceKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity.OAuth2ResourceServerSpec;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtReactiveAuthenticationManager;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.ReactiveOpaqueTokenIntrospector;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.HttpStatusServerEntryPoint;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.connection.Connection;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A token in a first message is verified by the application's resource server, without an
 * additional bean.
 */
@ExtendWith(OutputCaptureExtension.class)
class ResourceServerTests {

	private static final OctetSequenceKey KEY = new OctetSequenceKey.Builder(new byte[32]).build();

	private static final OctetSequenceKey OTHER_KEY = new OctetSequenceKey.Builder(
			"another key, as long as is needed".getBytes())
		.build();

	private static final String REJECTED = "Credentials of a client were rejected";

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void signsInByAToken(Encoding encoding) {
		try (ConfigurableApplicationContext context = run(Jwts.class);
				TestClient client = connect(context, encoding, token(KEY, 60, "ada"))) {
			assertReads(client);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void rejectsWhatHttpRejects(Encoding encoding) {
		try (ConfigurableApplicationContext context = run(Jwts.class)) {
			for (String token : List.of(token(OTHER_KEY, 60, "ada"), token(KEY, -600, "ada"), "no\nFORGED line",
					token(KEY, 60, "banned"))) {
				assertRejected(connect(context, encoding, token));
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void rejectsABlankTokenAsAWrongOne(Encoding encoding, CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(Jwts.class)) {
			for (String token : List.of("", " ", "\t\n")) {
				assertRejected(connect(context, encoding, token));
			}
		}
		assertThat(output).contains(REJECTED).doesNotContain("ERROR");
	}

	@ParameterizedTest
	@ValueSource(strings = { "ada", "wrong" })
	void asksTheIntrospectorForOpaqueTokens(String token) {
		try (ConfigurableApplicationContext context = run(Opaque.class);
				TestClient client = connect(context, Encoding.EXTENDED_JSON, token)) {
			if (token.equals("wrong")) {
				assertRejected(client);
			}
			else {
				assertReads(client);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void comesBackLaterIfATokenCannotBeChecked(Encoding encoding) {
		try (ConfigurableApplicationContext context = run(Unreachable.class)) {
			TestClient client = connect(context, encoding, token(KEY, 60, "ada"));
			assertThat(client.nextExtended().text("code")).isEqualTo("internal_error");
			assertThat(client.nextExtended().text("advice")).isEqualTo("later");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void warnsOnceAMinuteAndOnOneLine(Encoding encoding, CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(Jwts.class)) {
			for (int i = 0; i < 3; i++) {
				assertRejected(connect(context, encoding, token(KEY, 60, "banned")));
			}
		}
		assertThat(output.toString().lines().filter((line) -> line.contains(REJECTED))).singleElement()
			.asString()
			.contains("BadCredentialsException: banned\\nFORGED line");
		assertThat(output.toString().lines()).noneMatch((line) -> line.startsWith("FORGED"));
		assertThat(output).doesNotContain("\tat ");
	}

	@Test
	void leavesBearerTokensExemptFromCsrf() throws Exception {
		try (ConfigurableApplicationContext context = run(Jwts.class)) {
			String port = context.getEnvironment().getRequiredProperty("local.server.port");
			HttpRequest post = HttpRequest.newBuilder(URI.create("http://localhost:%s/none".formatted(port)))
				.header("authorization", "Bearer " + token(KEY, 60, "ada"))
				.POST(HttpRequest.BodyPublishers.noBody())
				.build();
			assertThat(HttpClient.newHttpClient().send(post, HttpResponse.BodyHandlers.ofString()).statusCode())
				.isEqualTo(404);
		}
	}

	/** The users are for passwords, and the decoder is for something else. */
	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void takesNoTokenThatHttpWouldNotTake(Encoding encoding) {
		try (ConfigurableApplicationContext context = run(DecoderAlone.class)) {
			assertRejected(connect(context, encoding, token(KEY, 60, "ada")));
		}
	}

	/** Its tokens are for other routes, where HTTP takes them. */
	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void takesNoTokenOfAResourceServerForOtherRoutes(Encoding encoding, CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(TwoChains.class)) {
			assertRejected(connect(context, encoding, token(KEY, 60, "ada")));
		}
		assertThat(output).contains("no authentication manager found for BearerTokenAuthenticationToken");
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void asksTheResourceServerThatGuardsItsRequest(Encoding encoding) {
		try (ConfigurableApplicationContext context = run(ChainOfActors.class)) {
			try (TestClient client = connect(context, encoding, token(KEY, 60, "ada"))) {
				assertReads(client);
			}
			assertRejected(connect(context, encoding, token(OTHER_KEY, 60, "ada")));
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void findsAManagerByTheRequest(Encoding encoding) {
		try (ConfigurableApplicationContext context = run(ByRequest.class)) {
			try (TestClient client = connect(context, encoding, token(KEY, 60, "ada"))) {
				assertReads(client);
			}
			assertRejected(connect(context, encoding, token(OTHER_KEY, 60, "ada")));
		}
	}

	/** Either tells what the filter is for. */
	@ParameterizedTest
	@ValueSource(classes = { OwnConverter.class, OwnEntryPoint.class })
	void knowsAResourceServerThatIsConfigured(Class<?> application) {
		try (ConfigurableApplicationContext context = run(application);
				TestClient client = connect(context, Encoding.EXTENDED_JSON, token(KEY, 60, "ada"))) {
			assertReads(client);
		}
	}

	@Test
	void startsWithoutResourceServersItCannotRead(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(Unreadable.class)) {
			assertRejected(connect(context, Encoding.EXTENDED_JSON, token(KEY, 60, "ada")));
		}
		assertThat(output).contains("its filters cannot be read").contains("they are made later");
	}

	private static void assertReads(TestClient client) {
		client.next("Init");
		client.call(1, "read");
		assertThat(client.next("ActionResponse").text("output")).isEqualTo("ada");
	}

	private static void assertRejected(TestClient client) {
		Received error = client.nextExtended();
		assertThat(error.text("group")).isEqualTo("auth");
		assertThat(error.text("code")).isEqualTo("invalid_credentials");
		Received close = client.nextExtended();
		assertThat(close.tag()).isEqualTo("Close");
		assertThat(close.text("advice")).isEqualTo("credentials");
	}

	private static ConfigurableApplicationContext run(Class<?> application) {
		return SpringApplication.run(application, "--server.port=0", "--rivet.events.shutdown.spread=0s",
				"--rivet.events.websocket.rejection-delay=10ms",
				"--rivet.events.security.authentication-required=true");
	}

	private static TestClient connect(ConfigurableApplicationContext context, Encoding encoding, String token) {
		JsonNode credentials = new JsonMapper().valueToTree(Map.of("token", token));
		String port = context.getEnvironment().getRequiredProperty("local.server.port");
		return TestClient.connect("http://localhost:%s/rivet".formatted(port), encoding, "desk",
				UUID.randomUUID().toString(), new ToServer.Hello(List.of(), null, null, null, credentials, null));
	}

	private static String token(OctetSequenceKey key, int seconds, String user) {
		Instant now = Instant.now();
		JwtClaimsSet claims = JwtClaimsSet.builder()
			.subject(user)
			.issuedAt(now.minusSeconds(3600))
			.expiresAt(now.plusSeconds(seconds))
			.build();
		return NimbusJwtEncoder.withSecretKey(key.toSecretKey())
			.algorithm(MacAlgorithm.HS256)
			.build()
			.encode(JwtEncoderParameters.from(JwsHeader.with(MacAlgorithm.HS256).build(), claims))
			.getTokenValue();
	}

	private static ReactiveJwtDecoder decoder() {
		return decoder(KEY);
	}

	private static ReactiveJwtDecoder decoder(OctetSequenceKey key) {
		return NimbusReactiveJwtDecoder.withSecretKey(key.toSecretKey()).macAlgorithm(MacAlgorithm.HS256).build();
	}

	private static ReactiveAuthenticationManager manager(OctetSequenceKey key) {
		JwtReactiveAuthenticationManager manager = new JwtReactiveAuthenticationManager(decoder(key));
		manager.setJwtAuthenticationConverter((token) -> Mono.just(reader(token)));
		return manager;
	}

	private static JwtAuthenticationToken reader(Jwt token) {
		return new JwtAuthenticationToken(token, AuthorityUtils.createAuthorityList("ROLE_READER"));
	}

	private static OAuth2ResourceServerSpec readers(OAuth2ResourceServerSpec server, OctetSequenceKey key) {
		return server.jwt((jwt) -> jwt.authenticationManager(manager(key)));
	}

	private static ServerHttpSecurity open(ServerHttpSecurity http) {
		return http.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll());
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import(Desk.class)
	static class Jwts {

		@Bean
		ReactiveJwtDecoder jwtDecoder() {
			return decoder();
		}

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return open(http)
				.oauth2ResourceServer((server) -> server.jwt((jwt) -> jwt.jwtAuthenticationConverter((token) -> {
					if ("banned".equals(token.getSubject())) {
						return Mono.error(new BadCredentialsException("banned\nFORGED line"));
					}
					return Mono.just(reader(token));
				})))
				.build();
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import(Desk.class)
	static class Opaque {

		@Bean
		ReactiveOpaqueTokenIntrospector introspector() {
			return (token) -> token.startsWith("wrong") ? Mono.error(new BadOpaqueTokenException(token))
					: Mono.just(new DefaultOAuth2AuthenticatedPrincipal(token, Map.of("sub", token),
							AuthorityUtils.createAuthorityList("ROLE_READER")));
		}

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return open(http).oauth2ResourceServer((server) -> server.opaqueToken((opaque) -> {
			})).build();
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import(Desk.class)
	static class Unreachable {

		@Bean
		ReactiveJwtDecoder jwtDecoder() {
			return (token) -> Mono.error(new JwtException("The issuer cannot be reached"));
		}

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return open(http).oauth2ResourceServer((server) -> server.jwt((jwt) -> {
			})).build();
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import(Desk.class)
	static class TwoChains {

		@Bean
		ReactiveJwtDecoder jwtDecoder() {
			return decoder();
		}

		@Bean
		@Order(1)
		SecurityWebFilterChain others(ServerHttpSecurity http) {
			return open(http.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/internal/**")))
				.oauth2ResourceServer((server) -> server.jwt((jwt) -> {
				}))
				.build();
		}

		@Bean
		@Order(2)
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return open(http).build();
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import(Desk.class)
	static class ChainOfActors {

		@Bean
		@Order(1)
		SecurityWebFilterChain others(ServerHttpSecurity http) {
			return open(http.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/internal/**")))
				.oauth2ResourceServer((server) -> server.jwt((jwt) -> jwt.jwtDecoder(decoder(OTHER_KEY))))
				.build();
		}

		@Bean
		@Order(2)
		SecurityWebFilterChain actors(ServerHttpSecurity http) {
			return open(http.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/rivet/**")))
				.oauth2ResourceServer((server) -> readers(server, KEY))
				.build();
		}

		@Bean
		@Order(3)
		SecurityWebFilterChain rest(ServerHttpSecurity http) {
			return open(http).build();
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import(Desk.class)
	static class ByRequest {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return open(http)
				.oauth2ResourceServer((server) -> server.authenticationManagerResolver((exchange) -> Mono
					.just(manager(exchange.getRequest().getURI().getPath().startsWith("/rivet/") ? KEY : OTHER_KEY))))
				.build();
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import(Desk.class)
	static class OwnConverter {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return open(http).oauth2ResourceServer((server) -> readers(server, KEY).bearerTokenConverter(
					(exchange) -> Mono.justOrEmpty(exchange.getRequest().getHeaders().getFirst("X-Token"))
						.map(BearerTokenAuthenticationToken::new)))
				.build();
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import(Desk.class)
	static class OwnEntryPoint {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return open(http)
				.oauth2ResourceServer((server) -> readers(server, KEY)
					.authenticationEntryPoint(new HttpStatusServerEntryPoint(HttpStatus.UNAUTHORIZED)))
				.build();
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import(Desk.class)
	static class Unreadable {

		@Bean
		SecurityWebFilterChain chain() {
			return new SecurityWebFilterChain() {

				private final AtomicBoolean started = new AtomicBoolean();

				@Override
				public Mono<Boolean> matches(ServerWebExchange exchange) {
					return Mono.just(true);
				}

				@Override
				public Flux<WebFilter> getWebFilters() {
					return this.started.compareAndSet(false, true)
							? Flux.error(new IllegalStateException("they are made later"))
							: Flux.just((exchange, rest) -> rest.filter(exchange));
				}

			};
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import(Desk.class)
	static class DecoderAlone {

		@Bean
		ReactiveJwtDecoder jwtDecoder() {
			return decoder();
		}

		@Bean
		MapReactiveUserDetailsService users() {
			return new MapReactiveUserDetailsService(
					User.withUsername("ada").password("{noop}ada").roles("READER").build());
		}

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return open(http).build();
		}

	}

	@Actor("desk")
	static class Desk {

		@Action
		@PreAuthorize("hasRole('READER')")
		public @Nullable String read(Connection<?> connection) {
			Principal principal = connection.principal();
			return (principal != null) ? principal.getName() : null;
		}

	}

}
