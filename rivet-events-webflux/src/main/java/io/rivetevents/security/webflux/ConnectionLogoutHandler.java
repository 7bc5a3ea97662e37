/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security.webflux;

import org.apache.commons.logging.LogFactory;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

import io.rivetevents.cluster.NodeCommands;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.failure.RepeatedFailures;

/**
 * Closes the connections of a web session on all nodes with {@code auth.logged_out} when
 * its user logs out. Connections from other sessions of the same user stay open. Several
 * calls for the same logout close the connections once. If the request cannot be sent to
 * other nodes, the failure is logged and the logout succeeds.
 *
 * @since 0.1.0
 */
public final class ConnectionLogoutHandler implements ServerLogoutHandler {

	/** Attribute of an exchange whose logout has been handled. */
	private static final String SEEN = ConnectionLogoutHandler.class.getName() + ".seen";

	private static final RepeatedFailures failures = new RepeatedFailures(
			LogFactory.getLog(ConnectionLogoutHandler.class));

	private final NodeCommands commands;

	/**
	 * Creates the handler.
	 * @param commands closes connections on all nodes
	 */
	public ConnectionLogoutHandler(NodeCommands commands) {
		this.commands = commands;
	}

	@Override
	public Mono<Void> logout(WebFilterExchange exchange, Authentication authentication) {
		return Mono.defer(() -> {
			boolean first = exchange.getExchange().getAttributes().putIfAbsent(SEEN, true) == null;
			return first ? exchange.getExchange()
				.getSession()
				.filter(ConnectionLogoutHandler::hasBeen)
				.doOnNext(this::close)
				.then() : Mono.empty();
		});
	}

	/** A request without a session gets a new one, which has no connections. */
	private static boolean hasBeen(WebSession session) {
		return session.isStarted() || session.isExpired();
	}

	/** Uses the session id of the first connection, since each login changes the id. */
	private void close(WebSession session) {
		String first = session.getAttribute(Identity.SESSION_ATTRIBUTE);
		String id = (first != null) ? first : session.getId();
		try {
			this.commands.send(new NodeCommand.CloseSession(id));
		}
		catch (RuntimeException ex) {
			failures.error(ex,
					() -> "The connections of a session could not be closed on other nodes after its logout");
		}
	}

}
