package io.rivetevents.transport;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.connection.ConnectionAuthenticator;
import io.rivetevents.connection.Identity;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.Values;

/**
 * Reads from a request what a connection keeps of it.
 */
public final class Handshake {

	private final ConnectionAuthenticator authenticator;

	/**
	 * Create a reader.
	 * @param authenticator asked where the request itself does not tell who it is
	 */
	public Handshake(ConnectionAuthenticator authenticator) {
		this.authenticator = authenticator;
	}

	/**
	 * Find out who is behind a request.
	 * @param exchange the request
	 * @param params its connection params, {@code null} if there are none
	 * @return who it is; {@code auth.forbidden} if the params hold wrong credentials
	 */
	public Mono<Identity> identify(ServerWebExchange exchange, @Nullable JsonNode params) {
		Mono<Principal> principal = exchange.getPrincipal()
			.switchIfEmpty(Mono.defer(() -> this.authenticator.authenticate(params)));
		Mono<String> sessionId = exchange.getSession().filter(WebSession::isStarted).map(WebSession::getId);
		Mono<Identity> anonymous = sessionId.map((id) -> new Identity(null, id)).defaultIfEmpty(Identity.ANONYMOUS);
		return anonymous.flatMap((identity) -> principal.map((found) -> new Identity(found, identity.sessionId()))
			.defaultIfEmpty(identity));
	}

	/**
	 * Read connection params.
	 * @param json their JSON, {@code null} if there are none
	 * @throws RivetException {@code request.invalid} if it is not JSON
	 */
	public static @Nullable JsonNode params(@Nullable String json) {
		if (json == null) {
			return null;
		}
		try {
			return Values.decodeJson(json);
		}
		catch (RivetException ex) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "The connection params are not JSON.");
		}
	}

}
