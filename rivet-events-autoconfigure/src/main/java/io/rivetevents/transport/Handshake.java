package io.rivetevents.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
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

	private final boolean authenticationRequired;

	/**
	 * Create a reader.
	 * @param authenticator asked where the request itself does not tell who it is
	 * @param authenticationRequired whether clients whom nobody knows are refused
	 */
	public Handshake(ConnectionAuthenticator authenticator, boolean authenticationRequired) {
		this.authenticator = authenticator;
		this.authenticationRequired = authenticationRequired;
	}

	/**
	 * Return whether a client still has to say who it is.
	 * @param exchange its request
	 */
	public Mono<Boolean> isUndecided(ServerWebExchange exchange) {
		return exchange.getPrincipal().hasElement().map((known) -> this.authenticationRequired && !known);
	}

	/**
	 * Find out who is behind a request.
	 * @param exchange the request
	 * @param params its connection params, {@code null} if there are none
	 * @return who it is; {@code auth.forbidden} if the params hold wrong credentials,
	 * {@code auth.authentication_required} if nobody knows it and somebody must
	 */
	public Mono<Identity> identify(ServerWebExchange exchange, @Nullable JsonNode params) {
		return identify(exchange, params, null);
	}

	/**
	 * Find out who is behind a request.
	 * @param exchange the request
	 * @param params its connection params, {@code null} if there are none
	 * @param credentials what its first message holds, {@code null} if nothing
	 * @return who it is; errors as for {@link #identify(ServerWebExchange, JsonNode)}
	 */
	public Mono<Identity> identify(ServerWebExchange exchange, @Nullable JsonNode params,
			@Nullable JsonNode credentials) {
		Mono<Principal> loggedIn = (credentials != null)
				? Mono.defer(() -> LinkTask.later(() -> this.authenticator.login(credentials))) : Mono.empty();
		Mono<Principal> principal = exchange.getPrincipal()
			.switchIfEmpty(Mono.defer(() -> LinkTask.later(() -> this.authenticator.authenticate(params))))
			.switchIfEmpty(loggedIn)
			.switchIfEmpty(Mono.defer(this::nobody));
		Mono<String> sessionId = exchange.getSession().filter(WebSession::isStarted).map(WebSession::getId);
		InetAddress address = address(exchange);
		Mono<Identity> anonymous = sessionId.map((id) -> new Identity(null, null, id, address))
			.defaultIfEmpty(new Identity(null, null, null, address));
		return anonymous.flatMap((identity) -> principal
			.map((found) -> new Identity(found, found.getName(), identity.sessionId(), address))
			.defaultIfEmpty(identity));
	}

	/** As the forward-headers strategy of the server yields it. */
	static @Nullable InetAddress address(ServerWebExchange exchange) {
		InetSocketAddress remote = exchange.getRequest().getRemoteAddress();
		return (remote != null) ? remote.getAddress() : null;
	}

	private Mono<Principal> nobody() {
		return this.authenticationRequired ? Mono.error(new RivetException(ErrorCode.AUTHENTICATION_REQUIRED))
				: Mono.empty();
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
