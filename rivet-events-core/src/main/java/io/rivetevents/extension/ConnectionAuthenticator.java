/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.scheduling.CallerScope;

/**
 * Authenticates a client by its connection params, if its handshake did not identify it.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ConnectionAuthenticator {

	/** Authenticates no client. */
	ConnectionAuthenticator NONE = (params) -> Mono.empty();

	/**
	 * Checks the credentials in connection params.
	 * @param params connection params, {@code null} if there are none
	 * @return the principal; empty if the params contain no credentials; an error if they
	 * are wrong
	 */
	Mono<Principal> authenticate(@Nullable JsonNode params);

	/**
	 * Returns the same authenticator, called in the scope of an anonymous client: the
	 * client is not identified yet.
	 * @param callers the scopes of callers
	 */
	default ConnectionAuthenticator within(CallerScope callers) {
		ConnectionAuthenticator self = this;
		return new ConnectionAuthenticator() {

			@Override
			public Mono<Principal> authenticate(@Nullable JsonNode params) {
				return callers.shielded(CallerScope.ANONYMOUS, () -> self.authenticate(params));
			}

			@Override
			public Mono<Principal> login(JsonNode credentials) {
				return callers.shielded(CallerScope.ANONYMOUS, () -> self.login(credentials));
			}

			@Override
			public Mono<ConnectionAuthenticator> retained() {
				return self.retained().map((authenticator) -> authenticator.within(callers));
			}

		};
	}

	/**
	 * Checks the credentials of a first message, or of a connected client that
	 * authenticates again.
	 * @param credentials credentials sent by the client
	 * @return the principal; {@code auth.invalid_credentials} if they are wrong or of an
	 * unknown kind
	 */
	default Mono<Principal> login(JsonNode credentials) {
		return Mono.error(() -> new RivetException(ErrorCode.INVALID_CREDENTIALS,
				"This server does not accept credentials in the first message."));
	}

	/**
	 * Returns what checks later credentials of a client that is connecting. Called in the
	 * context of its request, which is released afterwards: whatever {@link #login} reads
	 * of the request must be read here. Must not fail.
	 * @return the authenticator, this one by default
	 */
	default Mono<ConnectionAuthenticator> retained() {
		return Mono.just(this);
	}

}
