package io.rivetevents.security;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.core.AuthenticationException;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.connection.ConnectionAuthenticator;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;

/**
 * Identifies a client by the credentials in its connection params, through the
 * application's authentication manager. Wrong ones are refused with
 * {@code auth.forbidden}.
 */
public final class ManagedConnectionAuthenticator implements ConnectionAuthenticator {

	private final ConnParamsAuthenticationConverter converter;

	private final ReactiveAuthenticationManager manager;

	public ManagedConnectionAuthenticator(ConnParamsAuthenticationConverter converter,
			ReactiveAuthenticationManager manager) {
		this.converter = converter;
		this.manager = manager;
	}

	@Override
	public Mono<Principal> authenticate(@Nullable JsonNode params) {
		if (params == null) {
			return Mono.empty();
		}
		return this.converter.convert(params)
			.flatMap(this.manager::authenticate)
			.cast(Principal.class)
			.onErrorMap(AuthenticationException.class, (ex) -> new RivetException(ErrorCode.FORBIDDEN));
	}

}
