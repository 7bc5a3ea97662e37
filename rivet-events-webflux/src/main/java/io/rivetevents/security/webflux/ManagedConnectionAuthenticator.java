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
 * Identifies a client by the credentials in its connection params or its first message,
 * through the application's authentication manager. Wrong ones in the params are refused
 * with {@code auth.forbidden}, in the first message with
 * {@code auth.invalid_credentials}; both are logged once a minute for each kind of
 * failure. A bearer token goes to the manager of the resource server in the filter chain
 * that guards the client's request, if it has one.
 */
public final class ManagedConnectionAuthenticator implements ConnectionAuthenticator, SmartInitializingSingleton {

	private static final String NO_MANAGER = "Credentials of a client were rejected: there is no authentication manager"
			+ " for %s. Add a bean of type ReactiveAuthenticationManager or ReactiveUserDetailsService; for tokens, a resource"
			+ " server (ServerHttpSecurity.oauth2ResourceServer()) in the SecurityWebFilterChain that guards the routes of"
			+ " actors will do, unless it has both a token converter and an entry point of its own";

	private final RepeatedFailures failures = new RepeatedFailures(
			LogFactory.getLog(ManagedConnectionAuthenticator.class));

	private final ConnParamsAuthenticationConverter paramsConverter;

	private final CredentialsAuthenticationConverter credentialsConverter;

	private final Supplier<@Nullable ReactiveAuthenticationManager> manager;

	private final ObjectProvider<SecurityWebFilterChain> chains;

	private volatile Function<ServerWebExchange, Mono<ReactiveAuthenticationManager>> resourceServers = (
			exchange) -> Mono.empty();

	/**
	 * Create an authenticator.
	 * @param paramsConverter finds credentials in connection params
	 * @param credentialsConverter reads those of a first message
	 * @param manager the application's; asked for when it is needed first
	 * @param chains filter chains, one of which may be that of a resource server
	 */
	public ManagedConnectionAuthenticator(ConnParamsAuthenticationConverter paramsConverter,
			CredentialsAuthenticationConverter credentialsConverter,
			Supplier<@Nullable ReactiveAuthenticationManager> manager, ObjectProvider<SecurityWebFilterChain> chains) {
		this.paramsConverter = paramsConverter;
		this.credentialsConverter = credentialsConverter;
		this.manager = manager;
		this.chains = chains;
	}

	/** At start-up: to read the filters of a chain may block. */
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
			.flatMap((token) -> authenticate(token, ErrorCode.FORBIDDEN))
			.onErrorMap(AuthenticationException.class, (ex) -> rejected(ex, ErrorCode.FORBIDDEN));
	}

	@Override
	public Mono<Principal> login(JsonNode credentials) {
		return Mono.defer(() -> this.credentialsConverter.convert(credentials))
			.flatMap((token) -> authenticate(token, ErrorCode.INVALID_CREDENTIALS))
			.onErrorMap(AuthenticationException.class, (ex) -> rejected(ex, ErrorCode.INVALID_CREDENTIALS))
			.switchIfEmpty(Mono.error(() -> {
				this.failures.warn("kind", () -> "Credentials of a client were rejected: they are of an unknown kind");
				return new RivetException(ErrorCode.INVALID_CREDENTIALS, "The credentials are of an unknown kind.");
			}));
	}

	private Mono<Principal> authenticate(Authentication token, ErrorCode onFailure) {
		return managerFor(token).switchIfEmpty(Mono.error(() -> noManager(token, onFailure)))
			.flatMap((manager) -> manager.authenticate(token))
			.cast(Principal.class);
	}

	private Mono<ReactiveAuthenticationManager> managerFor(Authentication token) {
		Mono<ReactiveAuthenticationManager> general = Mono.fromSupplier(this.manager::get);
		if (!StandardCredentialsConverter.isBearerToken(token)) {
			return general;
		}
		return Mono
			.deferContextual((context) -> Mono.justOrEmpty(ServerWebExchangeContextFilter.getExchange(context))
				.flatMap(this.resourceServers))
			.switchIfEmpty(general);
	}

	private RivetException noManager(Authentication token, ErrorCode onFailure) {
		String kind = token.getClass().getSimpleName();
		this.failures.warn("none " + kind, () -> NO_MANAGER.formatted(kind));
		return new RivetException(onFailure, "This server accepts no credentials of this kind.");
	}

	/** What cannot be checked now is not wrong: the client tries again later. */
	private RivetException rejected(AuthenticationException ex, ErrorCode onFailure) {
		if (ex instanceof AuthenticationServiceException) {
			this.failures.error(ex, () -> "Credentials of a client could not be checked");
			return new RivetException(ErrorCode.INTERNAL_ERROR);
		}
		String kind = ex.getClass().getSimpleName();
		this.failures.warn(kind,
				() -> "Credentials of a client were rejected: %s: %s".formatted(kind, SafeText.of(ex.getMessage())));
		return new RivetException(onFailure);
	}

}
