/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import org.springframework.security.core.Authentication;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/**
 * Converts the credentials in the first message of a client. A bean of this type replaces
 * the default, which supports {@code {"username", "password"}} and, with Spring
 * Security's resource server on the class path, {@code {"token"}}; its result is passed
 * to the application's {@code ReactiveAuthenticationManager}.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface CredentialsAuthenticationConverter {

	/**
	 * Converts credentials.
	 * @param credentials credentials sent by the client; never {@code null}
	 * @return an unauthenticated token with the credentials; empty if their kind is
	 * unknown. An {@code AuthenticationException} rejects the client; any other error is
	 * logged, and the client receives an internal error
	 */
	Mono<Authentication> convert(JsonNode credentials);

}
