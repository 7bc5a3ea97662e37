package io.rivetevents.connection;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/**
 * Finds out who a client is from its connection params, where its handshake did not tell.
 */
@FunctionalInterface
public interface ConnectionAuthenticator {

	/** Knows nobody. */
	ConnectionAuthenticator NONE = (params) -> Mono.empty();

	/**
	 * Look for credentials.
	 * @param params connection params, {@code null} if there are none
	 * @return who it is; empty if the params hold no credentials; an error if they are
	 * wrong
	 */
	Mono<Principal> authenticate(@Nullable JsonNode params);

}
