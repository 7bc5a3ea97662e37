package io.rivetevents.security;

import java.security.Principal;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.connection.ConnectionAuthenticator;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;

/**
 * Identifies a client by the credentials in its connection params or its first message,
 * through the application's authentication manager. Wrong ones in the params are refused
 * with {@code auth.forbidden}, in the first message with
 * {@code auth.authentication_required}.
 */
public final class ManagedConnectionAuthenticator implements ConnectionAuthenticator {

	private final ConnParamsAuthenticationConverter paramsConverter;

	private final CredentialsAuthenticationConverter credentialsConverter;

	private final Supplier<@Nullable ReactiveAuthenticationManager> manager;

	/**
	 * Create an authenticator.
	 * @param paramsConverter finds credentials in connection params
	 * @param credentialsConverter reads those of a first message
	 * @param manager the application's; asked for when it is needed first
	 */
	public ManagedConnectionAuthenticator(ConnParamsAuthenticationConverter paramsConverter,
			CredentialsAuthenticationConverter credentialsConverter,
			Supplier<@Nullable ReactiveAuthenticationManager> manager) {
		this.paramsConverter = paramsConverter;
		this.credentialsConverter = credentialsConverter;
		this.manager = manager;
	}

	@Override
	public Mono<Principal> authenticate(@Nullable JsonNode params) {
		if (params == null) {
			return Mono.empty();
		}
		return this.paramsConverter.convert(params).flatMap((token) -> authenticate(token, ErrorCode.FORBIDDEN));
	}

	@Override
	public Mono<Principal> login(JsonNode credentials) {
		return this.credentialsConverter.convert(credentials)
			.flatMap((token) -> authenticate(token, ErrorCode.AUTHENTICATION_REQUIRED))
			.switchIfEmpty(Mono.error(() -> new RivetException(ErrorCode.AUTHENTICATION_REQUIRED,
					"The credentials are of no known kind.")));
	}

	private Mono<Principal> authenticate(Authentication token, ErrorCode onFailure) {
		ReactiveAuthenticationManager manager = this.manager.get();
		if (manager == null) {
			return Mono.error(new RivetException(onFailure, "This server has no ReactiveAuthenticationManager."));
		}
		return manager.authenticate(token)
			.cast(Principal.class)
			.onErrorMap(AuthenticationException.class, (ex) -> new RivetException(onFailure));
	}

}
