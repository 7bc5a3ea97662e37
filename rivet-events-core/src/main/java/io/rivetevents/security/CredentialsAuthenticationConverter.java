package io.rivetevents.security;

import org.springframework.security.core.Authentication;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/**
 * Reads the credentials that a client sends in its first message. A bean of this type
 * replaces the one that knows {@code {"username", "password"}} and, with Spring
 * Security's resource server on the class path, {@code {"token"}}; what it makes goes to
 * the application's {@code ReactiveAuthenticationManager}.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface CredentialsAuthenticationConverter {

	/**
	 * Reads credentials.
	 * @param credentials what the client sent; never {@code null}
	 * @return an unauthenticated token of them; empty if they are of no known kind. An
	 * {@code AuthenticationException} rejects the client, any other error is logged and
	 * reaches it as an internal error
	 */
	Mono<Authentication> convert(JsonNode credentials);

}
