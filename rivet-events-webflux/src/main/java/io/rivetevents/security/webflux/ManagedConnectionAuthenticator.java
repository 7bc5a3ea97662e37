/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security.webflux;

import java.security.Principal;
import java.util.function.Function;
import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.filter.reactive.ServerWebExchangeContextFilter;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.security.ConnParamsAuthenticationConverter;
import io.rivetevents.security.CredentialsAuthenticationConverter;

/**
 * Authenticates a client by the credentials in its connection params or its first
 * message, with the application's authentication manager. Wrong credentials fail with
 * {@code auth.invalid_credentials}, and are logged once a minute for each kind of
 * failure. If the filter chain of the client's request has a resource server, its
 * authentication manager checks bearer tokens.
 */
public final class ManagedConnectionAuthenticator implements ConnectionAuthenticator, SmartInitializingSingleton {

	private static final String NO_MANAGER = "Credentials of a client were rejected: no authentication manager found"
			+ " for %s. Add a bean of type ReactiveAuthenticationManager or ReactiveUserDetailsService. For tokens, a resource"
			+ " server (ServerHttpSecurity.oauth2ResourceServer()) in the SecurityWebFilterChain of the actor routes is"
			+ " sufficient, unless it has both a custom token converter and a custom entry point";

	private final RepeatedFailures failures = new RepeatedFailures(
			LogFactory.getLog(ManagedConnectionAuthenticator.class));

	private final ConnParamsAuthenticationConverter paramsConverter;

	private final CredentialsAuthenticationConverter credentialsConverter;

	private final Supplier<@Nullable ReactiveAuthenticationManager> manager;

	private final ObjectProvider<SecurityWebFilterChain> chains;

	private volatile Function<ServerWebExchange, Mono<ReactiveAuthenticationManager>> resourceServers = (
			exchange) -> Mono.empty();

	/**
	 * Creates the authenticator.
	 * @param paramsConverter reads credentials from connection params
	 * @param credentialsConverter reads credentials from a first message
	 * @param manager supplies the authentication manager of the application; called for
	 * the first credentials that need it
	 * @param chains filter chains, which may contain resource servers
	 */
	public ManagedConnectionAuthenticator(ConnParamsAuthenticationConverter paramsConverter,
			CredentialsAuthenticationConverter credentialsConverter,
			Supplier<@Nullable ReactiveAuthenticationManager> manager, ObjectProvider<SecurityWebFilterChain> chains) {
		this.paramsConverter = paramsConverter;
		this.credentialsConverter = credentialsConverter;
		this.manager = manager;
		this.chains = chains;
	}

	/** Runs at start-up, because reading the filters of a chain may block. */
	@Override
	public void afterSingletonsInstantiated() {
		this.resourceServers = StandardCredentialsConverter.resourceServers(this.chains.orderedStream());
	}

	@Override
	public Mono<Principal> authenticate(@Nullable JsonNode params) {
		if (params == null) {
			return Mono.empty();
		}
		return Mono.defer(() -> this.paramsConverter.convert(params))
			.flatMap((token) -> authenticate(token, resourceServer()))
			.onErrorMap(AuthenticationException.class, (ex) -> rejected(ex));
	}

	@Override
	public Mono<Principal> login(JsonNode credentials) {
		return login(credentials, resourceServer());
	}

	/** Of the request, only the manager that checks its tokens is kept. */
	@Override
	public Mono<ConnectionAuthenticator> retained() {
		return resourceServer().map(Mono::just)
			.onErrorResume(AuthenticationException.class, (ex) -> Mono.just(Mono.error(ex)))
			.<ConnectionAuthenticator>map(Retained::new)
			.defaultIfEmpty(this);
	}

	private Mono<Principal> login(JsonNode credentials, Mono<ReactiveAuthenticationManager> resourceServer) {
		return Mono.defer(() -> this.credentialsConverter.convert(credentials))
			.flatMap((token) -> authenticate(token, resourceServer))
			.onErrorMap(AuthenticationException.class, (ex) -> rejected(ex))
			.switchIfEmpty(Mono.error(() -> {
				this.failures.warn("kind", () -> "Credentials of a client were rejected: no converter supports them");
				return new RivetException(ErrorCode.INVALID_CREDENTIALS, "The credentials are of an unknown kind.");
			}));
	}

	private Mono<Principal> authenticate(Authentication token, Mono<ReactiveAuthenticationManager> resourceServer) {
		return managerFor(token, resourceServer).switchIfEmpty(Mono.error(() -> noManager(token)))
			.flatMap((manager) -> manager.authenticate(token))
			.cast(Principal.class);
	}

	private Mono<ReactiveAuthenticationManager> managerFor(Authentication token,
			Mono<ReactiveAuthenticationManager> resourceServer) {
		Mono<ReactiveAuthenticationManager> general = Mono.fromSupplier(this.manager::get);
		return StandardCredentialsConverter.isBearerToken(token) ? resourceServer.switchIfEmpty(general) : general;
	}

	/** Returns the manager of the resource server that the request in the context has. */
	private Mono<ReactiveAuthenticationManager> resourceServer() {
		return Mono.deferContextual((context) -> Mono.justOrEmpty(ServerWebExchangeContextFilter.getExchange(context))
			.flatMap((exchange) -> this.resourceServers.apply(exchange)));
	}

	private RivetException noManager(Authentication token) {
		String kind = token.getClass().getSimpleName();
		this.failures.warn("none " + kind, () -> NO_MANAGER.formatted(kind));
		return new RivetException(ErrorCode.INVALID_CREDENTIALS,
				"The server does not accept credentials of this kind.");
	}

	/**
	 * Credentials that cannot be checked at present are not wrong: the error makes the
	 * client retry later.
	 */
	private RivetException rejected(AuthenticationException ex) {
		if (ex instanceof AuthenticationServiceException) {
			this.failures.error(ex, () -> "Credentials of a client could not be checked");
			return new RivetException(ErrorCode.INTERNAL_ERROR);
		}
		String kind = ex.getClass().getSimpleName();
		this.failures.warn(kind,
				() -> "Credentials of a client were rejected: %s: %s".formatted(kind, SafeText.of(ex.getMessage())));
		return new RivetException(ErrorCode.INVALID_CREDENTIALS);
	}

	/** Checks later credentials of one client, whose resource server is known. */
	private final class Retained implements ConnectionAuthenticator {

		private final Mono<ReactiveAuthenticationManager> resourceServer;

		Retained(Mono<ReactiveAuthenticationManager> resourceServer) {
			this.resourceServer = resourceServer;
		}

		@Override
		public Mono<Principal> authenticate(@Nullable JsonNode params) {
			return ManagedConnectionAuthenticator.this.authenticate(params);
		}

		@Override
		public Mono<Principal> login(JsonNode credentials) {
			return ManagedConnectionAuthenticator.this.login(credentials, this.resourceServer);
		}

	}

}
