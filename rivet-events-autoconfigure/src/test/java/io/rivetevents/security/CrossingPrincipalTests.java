/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import reactor.core.publisher.Mono;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.connection.Connections;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.extension.PrincipalCodecException;
import io.rivetevents.extension.PrincipalJsonCustomizer;
import io.rivetevents.extension.SerializedPrincipal;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestSocket;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which parts of a principal an actor on another node receives, and which are not sent.
 */
@ExtendWith(OutputCaptureExtension.class)
class CrossingPrincipalTests {

	private static final AtomicInteger KEYS = new AtomicInteger();

	private static final String ISSUER = "https://issuer.example/a|b";

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void hasTheClaimsOfAToken(boolean crossing) {
		try (ConfigurableApplicationContext context = run(Shop.class, crossing);
				TestSocket ada = open(context, "token", "ROLE_ADMIN");
				TestSocket other = open(context, "token", "ROLE_USER")) {
			assertThat(call(ada, "claims")).isEqualTo("ada of acme, [eu]");
			assertThat(call(ada, "adminOnly")).isEqualTo("ada");
			assertForbidden(other, "adminOnly");
			assertThat(context.getBean(Connections.class).user("ada", ISSUER).send("notice", "hi").queued())
				.isEqualTo(2);
			assertThat(ada.next(ToClient.Event.class).args().get(0).stringValue()).isEqualTo("hi");
		}
	}

	@Test
	void hasAPrincipalOfTheApplication() {
		try (ConfigurableApplicationContext context = run(ShopWithTypes.class, true);
				TestSocket ada = open(context, "member", "ROLE_USER")) {
			assertThat(call(ada, "points")).isEqualTo("ada has 7");
		}
	}

	@Test
	void hasNoPassword() {
		try (ConfigurableApplicationContext context = run(Shop.class, true);
				TestSocket ada = open(context, "password", "ROLE_USER")) {
			assertThat(call(ada, "secrets")).isEqualTo("null null");
		}
		try (ConfigurableApplicationContext context = run(Shop.class, false);
				TestSocket ada = open(context, "password", "ROLE_USER")) {
			assertThat(call(ada, "secrets")).isEqualTo("secret secret");
		}
	}

	@Test
	void takesAnyPrincipalOnOneNode() {
		try (ConfigurableApplicationContext context = run(Shop.class, false);
				TestSocket ada = open(context, "member", "ROLE_USER")) {
			assertThat(call(ada, "points")).isEqualTo("ada has 7");
		}
	}

	@Test
	void refusesAPrincipalThatCannotTravel(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(Shop.class, true);
				TestSocket ada = connect(context, "member", "ROLE_USER")) {
			assertRefused(ada);
			assertThat(output).contains(Member.class.getName()).contains("PrincipalJsonCustomizer");
			assertThat(context.getBean(Connections.class).count()).isZero();
		}
	}

	/** It is neither anonymous nor found out by its first action. */
	@Test
	void refusesAPrincipalThatCannotBeRead(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(Unreadable.class, true);
				TestSocket ada = connect(context, "token", "ROLE_ADMIN")) {
			assertRefused(ada);
			assertThat(output).contains("of another version");
			assertThat(context.getBean(Connections.class).count()).isZero();
		}
	}

	private static ConfigurableApplicationContext run(Class<?> application, boolean crossing) {
		return SpringApplication.run(application, "--server.port=0", "--rivet.events.shutdown.spread=0s",
				"--rivet.events.websocket.rejection-delay=10ms",
				"--%s=%s".formatted(CrossingRequests.PROPERTY, crossing));
	}

	private static TestSocket open(ConfigurableApplicationContext context, String kind, String role) {
		TestSocket socket = connect(context, kind, role);
		socket.next(ToClient.Init.class);
		return socket;
	}

	private static TestSocket connect(ConfigurableApplicationContext context, String kind, String role) {
		HttpHeaders headers = new HttpHeaders();
		headers.add("x-as", kind);
		headers.add("x-role", role);
		String url = "http://localhost:%s/rivet%s".formatted(
				context.getEnvironment().getRequiredProperty("local.server.port"),
				TestSocket.query("till", "k" + KEYS.incrementAndGet()));
		return TestSocket.open(url, Encoding.JSON, headers);
	}

	private static String call(TestSocket socket, String action) {
		socket.call(1, action);
		return socket.next(ToClient.ActionResponse.class).output().stringValue();
	}

	private static void assertForbidden(TestSocket socket, String action) {
		socket.call(1, action);
		assertThat(socket.next(ToClient.Error.class).code()).isEqualTo("forbidden");
	}

	private static void assertRefused(TestSocket socket) {
		assertThat(socket.next(ToClient.Error.class).code()).isEqualTo("internal_error");
		assertThat(socket.closed().getCode()).isEqualTo(1011);
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import(Till.class)
	static class Shop {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			AuthenticationWebFilter byHeader = new AuthenticationWebFilter((ReactiveAuthenticationManager) Mono::just);
			byHeader.setServerAuthenticationConverter((exchange) -> {
				HttpHeaders headers = exchange.getRequest().getHeaders();
				return Mono.just(token(Objects.requireNonNull(headers.getFirst("x-as")),
						AuthorityUtils.createAuthorityList(headers.getFirst("x-role"))));
			});
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.addFilterAt(byHeader, SecurityWebFiltersOrder.AUTHENTICATION)
				.build();
		}

		private static Authentication token(String kind, List<GrantedAuthority> roles) {
			return switch (kind) {
				case "token" -> new JwtAuthenticationToken(
						new Jwt("a.b.c", Instant.now(), Instant.now().plusSeconds(60), Map.of("alg", "HS256"), Map
							.of("sub", "ada", "iss", ISSUER, "shop", Map.of("name", "acme", "regions", List.of("eu")))),
						roles);
				case "member" -> UsernamePasswordAuthenticationToken.authenticated(new Member("ada", 7), null, roles);
				default -> UsernamePasswordAuthenticationToken
					.authenticated(User.withUsername("ada").password("secret").roles("USER").build(), "secret", roles);
			};
		}

	}

	static class ShopWithTypes extends Shop {

		@Bean
		PrincipalJsonCustomizer members() {
			return (types, mapper) -> types.allowIfSubType(Member.class);
		}

	}

	static class Unreadable extends Shop {

		@Bean
		PrincipalCodec principals() {
			return new PrincipalCodec() {

				@Override
				public SerializedPrincipal write(Principal principal) {
					return new SerializedPrincipal(principal.getName(), List.of(), "{}");
				}

				@Override
				public Principal read(SerializedPrincipal serialized) {
					throw new PrincipalCodecException("The principal is of another version", null);
				}

			};
		}

	}

	/** What only this application has. */
	record Member(String name, int points) implements Principal {

		@Override
		public String getName() {
			return this.name;
		}

	}

	@Actor("till")
	static class Till {

		@Action
		String hello() {
			return "hello";
		}

		@Action
		String claims(@AuthenticationPrincipal Jwt jwt) {
			Map<String, Object> shop = jwt.getClaimAsMap("shop");
			return "%s of %s, %s".formatted(jwt.getSubject(), shop.get("name"), shop.get("regions"));
		}

		@Action
		String points(@AuthenticationPrincipal Member member) {
			return "%s has %d".formatted(member.name(), member.points());
		}

		@Action
		String secrets(Authentication authentication, @AuthenticationPrincipal @Nullable User user) {
			return authentication.getCredentials() + " " + ((user != null) ? user.getPassword() : "none");
		}

		@Action
		@PreAuthorize("hasRole('ADMIN')")
		public String adminOnly(Principal caller) {
			return caller.getName();
		}

	}

}
