package io.rivetevents.security.webflux;

import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Closes the connections of a web session with {@code auth.logged_out} when its user logs
 * out. Those of the same user from elsewhere stay. A logout that calls it several times
 * closes them once.
 */
public final class ConnectionLogoutHandler implements ServerLogoutHandler {

	/** Attribute of an exchange whose logout it has seen. */
	private static final String SEEN = ConnectionLogoutHandler.class.getName() + ".seen";

	private final OutboundRegistry connections;

	public ConnectionLogoutHandler(OutboundRegistry connections) {
		this.connections = connections;
	}

	@Override
	public Mono<Void> logout(WebFilterExchange exchange, Authentication authentication) {
		return Mono.defer(() -> {
			boolean first = exchange.getExchange().getAttributes().putIfAbsent(SEEN, true) == null;
			return first ? exchange.getExchange().getSession().doOnNext(this::close).then() : Mono.empty();
		});
	}

	/** By the id of the first connect, since each login has given the session another. */
	private void close(WebSession session) {
		String first = session.getAttribute(Identity.SESSION_ATTRIBUTE);
		String id = (first != null) ? first : session.getId();
		this.connections.close((identity) -> id.equals(identity.sessionId()), CloseReason.of(ErrorCode.LOGGED_OUT));
	}

}
