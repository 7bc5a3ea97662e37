/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security.webflux;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authentication.ReactiveAuthenticationManagerResolver;
import org.springframework.security.oauth2.server.resource.web.server.BearerTokenServerAuthenticationEntryPoint;
import org.springframework.security.oauth2.server.resource.web.server.authentication.ServerBearerTokenAuthenticationConverter;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.ServerAuthenticationEntryPoint;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authentication.ServerAuthenticationConverter;
import org.springframework.security.web.server.authentication.ServerAuthenticationEntryPointFailureHandler;
import org.springframework.security.web.server.authentication.ServerAuthenticationFailureHandler;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The resource servers in the application's filter chains. A token in a first message is
 * checked exactly as a token in a header of the same client: by the chain that matches
 * its request, with the same decoder, converter and checks. Spring Security keeps the
 * authentication manager only in the filter for bearer tokens, so it is read from the
 * filter at start-up.
 */
public final class ResourceServers {

	private static final Log logger = LogFactory.getLog(ResourceServers.class);

	/** Timeout for a chain of the application's own type; other chains return at once. */
	private static final Duration FILTERS = Duration.ofSeconds(10);

	private final List<Chain> chains;

	private ResourceServers(List<Chain> chains) {
		this.chains = chains;
	}

	/**
	 * Reads the resource servers. A chain that cannot be read is logged and counts as a
	 * chain without a resource server.
	 * @param chains the filter chains of the application, in their order
	 */
	static ResourceServers of(Stream<SecurityWebFilterChain> chains) {
		return new ResourceServers(chains.map((chain) -> new Chain(chain, resolver(chain))).toList());
	}

	/**
	 * Returns the manager that checks the tokens of a client.
	 * @param exchange the client's request
	 * @return empty if the chain that matches the request has no resource server
	 */
	Mono<ReactiveAuthenticationManager> managerFor(ServerWebExchange exchange) {
		return Flux.fromIterable(this.chains)
			.filterWhen((chain) -> chain.filters.matches(exchange))
			.next()
			.mapNotNull(Chain::resolver)
			.flatMap((resolver) -> resolver.resolve(exchange)
				.switchIfEmpty(Mono.error(() -> new AuthenticationServiceException(
						"The resource server has no authentication manager for this request"))));
	}

	/** A chain with two of them is ambiguous and counts as one without. */
	private static @Nullable ReactiveAuthenticationManagerResolver<ServerWebExchange> resolver(
			SecurityWebFilterChain chain) {
		try {
			List<WebFilter> filters = chain.getWebFilters().collectList().block(FILTERS);
			List<WebFilter> found = (filters != null)
					? filters.stream().filter(ResourceServers::readsBearerTokens).toList() : List.of();
			return (found.size() == 1) ? resolver(found.get(0)) : null;
		}
		catch (RuntimeException ex) {
			logger.warn(
					"Tokens in first messages are not checked by the resource server of the filter chain %s: its filters"
						.formatted(chain) + " cannot be read",
					ex);
			return null;
		}
	}

	@SuppressWarnings("unchecked")
	private static @Nullable ReactiveAuthenticationManagerResolver<ServerWebExchange> resolver(WebFilter filter) {
		return (ReactiveAuthenticationManagerResolver<ServerWebExchange>) read(AuthenticationWebFilter.class, filter,
				ReactiveAuthenticationManagerResolver.class);
	}

	/**
	 * A filter with a custom converter is recognized by its entry point.
	 */
	private static boolean readsBearerTokens(WebFilter filter) {
		if (!(filter instanceof AuthenticationWebFilter)) {
			return false;
		}
		Object converter = read(AuthenticationWebFilter.class, filter, ServerAuthenticationConverter.class);
		Object onFailure = read(AuthenticationWebFilter.class, filter, ServerAuthenticationFailureHandler.class);
		return converter instanceof ServerBearerTokenAuthenticationConverter || challengesForBearerTokens(onFailure);
	}

	private static boolean challengesForBearerTokens(@Nullable Object onFailure) {
		return onFailure instanceof ServerAuthenticationEntryPointFailureHandler
				&& read(ServerAuthenticationEntryPointFailureHandler.class, onFailure,
						ServerAuthenticationEntryPoint.class) instanceof BearerTokenServerAuthenticationEntryPoint;
	}

	private static @Nullable Object read(Class<?> owner, Object target, Class<?> type) {
		List<Field> fields = fields(owner, type);
		if (fields.size() != 1) {
			throw new IllegalStateException(
					"%s has %d fields of type %s".formatted(owner.getName(), fields.size(), type.getName()));
		}
		ReflectionUtils.makeAccessible(fields.get(0));
		return ReflectionUtils.getField(fields.get(0), target);
	}

	/** Finds fields by their type, since their names may change. */
	private static List<Field> fields(Class<?> owner, Class<?> type) {
		return Stream.of(owner.getDeclaredFields()).filter((field) -> field.getType() == type).toList();
	}

	/**
	 * A filter chain.
	 *
	 * @param filters the chain
	 * @param resolver finds the manager of its resource server; {@code null} if there is
	 * no resource server
	 */
	private record Chain(SecurityWebFilterChain filters,
			@Nullable ReactiveAuthenticationManagerResolver<ServerWebExchange> resolver) {
	}

	/** Registers the fields, which a native image would remove otherwise. */
	public static final class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			Stream
				.of(ServerAuthenticationConverter.class, ServerAuthenticationFailureHandler.class,
						ReactiveAuthenticationManagerResolver.class)
				.flatMap((type) -> fields(AuthenticationWebFilter.class, type).stream())
				.forEach(hints.reflection()::registerField);
			fields(ServerAuthenticationEntryPointFailureHandler.class, ServerAuthenticationEntryPoint.class)
				.forEach(hints.reflection()::registerField);
		}

	}

}
