/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security.webflux;

import java.util.function.Function;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.security.CredentialsAuthenticationConverter;

/**
 * Supports a user name with a password, and a bearer token. A blank name or token is
 * rejected without a call of the authentication manager.
 */
public final class StandardCredentialsConverter implements CredentialsAuthenticationConverter {

	private static final boolean BEARER_TOKENS = ClassUtils.isPresent(
			"org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken",
			StandardCredentialsConverter.class.getClassLoader());

	@Override
	public Mono<Authentication> convert(JsonNode credentials) {
		String token = text(credentials, "token");
		if (token != null && BEARER_TOKENS) {
			return StringUtils.hasText(token) ? Mono.just(BearerTokens.of(token)) : blank("token");
		}
		String username = text(credentials, "username");
		String password = text(credentials, "password");
		if (username == null || password == null) {
			return Mono.empty();
		}
		return StringUtils.hasText(username)
				? Mono.just(UsernamePasswordAuthenticationToken.unauthenticated(username, password))
				: blank("user name");
	}

	/**
	 * Classes of Spring Security and authentication managers reject blank values with
	 * other exceptions.
	 */
	private static Mono<Authentication> blank(String what) {
		return Mono.error(() -> new BadCredentialsException("The %s is blank".formatted(what)));
	}

	/**
	 * Returns whether a token is a bearer token, which a resource server authenticates.
	 */
	static boolean isBearerToken(Authentication token) {
		return BEARER_TOKENS && BearerTokens.isOne(token);
	}

	/**
	 * Returns a function that finds the manager of the resource server for a request; its
	 * result is empty if there is none.
	 * @param chains the filter chains of the application, in their order
	 */
	static Function<ServerWebExchange, Mono<ReactiveAuthenticationManager>> resourceServers(
			Stream<SecurityWebFilterChain> chains) {
		return BEARER_TOKENS ? ResourceServers.of(chains)::managerFor : (exchange) -> Mono.empty();
	}

	private static @Nullable String text(JsonNode credentials, String field) {
		JsonNode value = credentials.get(field);
		return (value != null && value.isString()) ? value.stringValue() : null;
	}

	/** Loaded only if the resource server is on the class path. */
	private static final class BearerTokens {

		static Authentication of(String token) {
			return new BearerTokenAuthenticationToken(token);
		}

		static boolean isOne(Authentication token) {
			return token instanceof BearerTokenAuthenticationToken;
		}

	}

}
