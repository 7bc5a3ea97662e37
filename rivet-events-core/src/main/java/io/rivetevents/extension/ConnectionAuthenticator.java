package io.rivetevents.extension;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.scheduling.CallerScope;

/**
 * Finds out who a client is from its connection params, where its handshake did not tell.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ConnectionAuthenticator {

	/** Knows nobody. */
	ConnectionAuthenticator NONE = (params) -> Mono.empty();

	/**
	 * Looks for credentials.
	 * @param params connection params, {@code null} if there are none
	 * @return who it is; empty if the params hold no credentials; an error if they are
	 * wrong
	 */
	Mono<Principal> authenticate(@Nullable JsonNode params);

	/**
	 * Returns the same, called for an anonymous client on its thread: it is asked before
	 * the client is known.
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

		};
	}

	/**
	 * Checks the credentials of a first message.
	 * @param credentials what the client sent
	 * @return who it is; {@code auth.invalid_credentials} if they are wrong, or of an
	 * unknown kind
	 */
	default Mono<Principal> login(JsonNode credentials) {
		return Mono
			.error(() -> new RivetException(ErrorCode.INVALID_CREDENTIALS, "This server does not take credentials."));
	}

}
