/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import org.springframework.security.core.Authentication;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/**
 * Converts credentials in connection params. Browsers cannot set headers on a WebSocket,
 * so this is how they can send a bearer token. A bean of this type is called for each
 * client that the handshake itself has not identified; its result is passed to the
 * application's {@code ReactiveAuthenticationManager}.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ConnParamsAuthenticationConverter {

	/**
	 * Converts the credentials in connection params.
	 * @param params connection params; never {@code null}
	 * @return an unauthenticated token with the credentials; empty if there are none. An
	 * {@code AuthenticationException} rejects the client; any other error is logged, and
	 * the client receives an internal error
	 */
	Mono<Authentication> convert(JsonNode params);

}
