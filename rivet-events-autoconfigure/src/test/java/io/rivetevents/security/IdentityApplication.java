/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authentication.RememberMeAuthenticationToken;
import org.springframework.security.authentication.UserDetailsRepositoryReactiveAuthenticationManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.annotation.CurrentSecurityContext;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.user.DefaultOAuth2User;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthentication;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.extension.Invocation;
import io.rivetevents.extension.InvocationDecorator;

/**
 * Clients identify themselves in a header, their params or their first message:
 * {@code user:ada}, {@code remembered:ada}, {@code token:ada@issuer},
 * {@code anonymous:guest}, {@code login:ada@registration}. All others get an anonymous
 * token.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ IdentityApplication.Desk.class, IdentityApplication.Gate.class })
class IdentityApplication {

	static final String AS = "x-as";

	static final AtomicReference<Invocation> LAST = new AtomicReference<>();

	@Bean
	SecurityWebFilterChain chain(ServerHttpSecurity http) {
		AuthenticationWebFilter byHeader = new AuthenticationWebFilter((ReactiveAuthenticationManager) Mono::just);
		byHeader.setServerAuthenticationConverter(
				(exchange) -> Mono.justOrEmpty(exchange.getRequest().getHeaders().getFirst(AS))
					.map(IdentityApplication::token));
		MapReactiveUserDetailsService users = new MapReactiveUserDetailsService(
				User.withUsername("ada").password("{noop}ada").roles("USER").build());
		return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
			.csrf(ServerHttpSecurity.CsrfSpec::disable)
			.anonymous(Customizer.withDefaults())
			.formLogin(
					(form) -> form.authenticationManager(new UserDetailsRepositoryReactiveAuthenticationManager(users)))
			.addFilterAt(byHeader, SecurityWebFiltersOrder.AUTHENTICATION)
			.build();
	}

	@Bean
	UnaryOperator<String> shout() {
		return (text) -> text.toUpperCase(Locale.ROOT);
	}

	@Bean
	ReactiveAuthenticationManager manager() {
		return Mono::just;
	}

	@Bean
	CredentialsAuthenticationConverter credentials() {
		return (credentials) -> Mono.justOrEmpty(credentials.path("as").asString(null)).map(IdentityApplication::token);
	}

	@Bean
	ConnParamsAuthenticationConverter params() {
		return (params) -> Mono.justOrEmpty(params.path("as").asString(null)).map(IdentityApplication::token);
	}

	/** Stores the last invocation, for tests of code around invocations. */
	@Bean
	InvocationDecorator lastInvocation() {
		return (invocation, call) -> {
			LAST.set(invocation);
			return call.call();
		};
	}

	private static Authentication token(String as) {
		String[] parts = (as.startsWith("token:") || as.startsWith("login:")) ? as.split("[:@]", 3) : as.split(":", 2);
		return switch (parts[0]) {
			case "user" -> UsernamePasswordAuthenticationToken.authenticated(parts[1], null,
					AuthorityUtils.createAuthorityList("ROLE_USER"));
			case "anonymous" ->
				new AnonymousAuthenticationToken("key", parts[1], AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"));
			case "remembered" ->
				new RememberMeAuthenticationToken("key", parts[1], AuthorityUtils.createAuthorityList("ROLE_USER"));
			case "login" ->
				new OAuth2AuthenticationToken(
						new DefaultOAuth2User(AuthorityUtils.createAuthorityList("OAUTH2_USER"),
								Map.of("login", parts[1]), "login"),
						AuthorityUtils.createAuthorityList("OAUTH2_USER"), parts[2]);
			default -> new BearerTokenAuthentication(
					new DefaultOAuth2AuthenticatedPrincipal(parts[1], Map.of("iss", parts[2]), List.of()),
					new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "t", null, null), List.of());
		};
	}

	/** Annotations of its parameters hold for those of the class. */
	interface Reception {

		String whoByInterface(@AuthenticationPrincipal @Nullable Object principal);

	}

	/** Returns the identity of the caller, read in several ways. */
	@Actor(name = "desk", actions = Reception.class)
	static class Desk implements Reception {

		private final AtomicInteger paid = new AtomicInteger();

		@Action
		String who(@Nullable Authentication authentication) {
			return (authentication != null) ? authentication.getName() : "nobody";
		}

		@Action
		String whoByAnnotation(@AuthenticationPrincipal @Nullable Object principal) {
			return (principal != null) ? "somebody" : "nobody";
		}

		@Override
		public String whoByInterface(@Nullable Object principal) {
			return (principal != null) ? "somebody" : "nobody";
		}

		@Action
		String whoByContext(@CurrentSecurityContext(expression = "authentication.name") @Nullable String name) {
			return (name != null) ? name : "nobody";
		}

		@Action
		String whoByBean(
				@CurrentSecurityContext(expression = "@shout.apply(authentication.name)") @Nullable String name) {
			return (name != null) ? name : "NOBODY";
		}

		@Action
		String whoByOtherType(@CurrentSecurityContext @Nullable Integer none) {
			return (none != null) ? "some" : "none";
		}

		@Action
		String whoByWrongType(@CurrentSecurityContext(errorOnInvalidType = true) @Nullable Integer none) {
			return "none";
		}

		@Action
		Mono<String> whoByReactor() {
			return ReactiveSecurityContextHolder.getContext()
				.mapNotNull(SecurityContext::getAuthentication)
				.map(Authentication::getName)
				.defaultIfEmpty("nobody");
		}

		@Action
		String whoByThread() {
			Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
			return (authentication != null) ? authentication.getName() : "nobody";
		}

		@Action
		String leave() {
			SecurityContextHolder.getContext()
				.setAuthentication(UsernamePasswordAuthenticationToken.authenticated("intruder", null,
						AuthorityUtils.createAuthorityList("ROLE_ADMIN")));
			Thread.currentThread().interrupt();
			return "left";
		}

		@Action
		String isInterrupted() {
			return String.valueOf(Thread.currentThread().isInterrupted());
		}

		@Action
		int pay() {
			return this.paid.incrementAndGet();
		}

		@Action
		void tell(ActorContext<?, ?> c, String name, @Nullable String issuer) {
			if (issuer != null) {
				c.toUser(name, issuer).send("told", issuer);
				c.exceptUser(name, issuer).send("others");
			}
			else {
				c.toUser(name).send("told", "plain");
			}
		}

	}

	/** Leaves something on the thread that lets clients in. */
	@Actor("gate")
	static class Gate {

		@OnBeforeConnect
		void check() {
			SecurityContextHolder.getContext()
				.setAuthentication(UsernamePasswordAuthenticationToken.authenticated("intruder", null,
						AuthorityUtils.createAuthorityList("ROLE_ADMIN")));
			Thread.currentThread().interrupt();
		}

	}

}
