package io.rivetevents.security;

import org.springframework.security.core.Authentication;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/**
 * Finds credentials in connection params. Browsers cannot set headers on a WebSocket, so
 * this is the way in for a bearer token. A bean of this type is asked for each client
 * that the handshake itself has not identified; what it makes goes to the application's
 * {@code ReactiveAuthenticationManager}.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ConnParamsAuthenticationConverter {

	/**
	 * Looks for credentials.
	 * @param params connection params; never {@code null}
	 * @return an unauthenticated token of them; empty if there are none. An
	 * {@code AuthenticationException} rejects the client, any other error is logged and
	 * reaches it as an internal error
	 */
	Mono<Authentication> convert(JsonNode params);

}
