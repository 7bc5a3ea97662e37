/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

import io.rivetevents.connection.Connection;

/**
 * A command to the other nodes, sent by a {@link Backplane} besides events. Only server
 * code sends commands: no message of a client becomes one.
 * <p>
 * Later versions may add kinds. A backplane ignores an unknown kind, so that nodes of two
 * versions can be connected.
 *
 * @since 0.1.0
 */
public sealed interface NodeCommand {

	/**
	 * A command for all connections of one user.
	 *
	 * @since 0.1.0
	 */
	sealed interface ToUser extends NodeCommand {

		/**
		 * Returns the name of the principal.
		 */
		String name();

		/**
		 * Returns the issuer of the name, {@code null} for none and for the home issuer.
		 */
		@Nullable String issuer();

		/**
		 * Returns the owner id of the user, as in {@link Identity#owner()}.
		 */
		default String owner() {
			return Identity.owner(name(), issuer());
		}

	}

	/**
	 * Closes all connections of one user with {@code auth.logged_out}.
	 *
	 * @param name name of the principal; not empty
	 * @param issuer issuer of the name, {@code null} for none and for the home issuer
	 * @since 0.1.0
	 */
	record CloseUser(String name, @Nullable String issuer) implements ToUser {

		public CloseUser {
			checkUser(name, issuer);
		}

	}

	/**
	 * Closes all connections of one user for a reason of the application, like
	 * {@link Connection#disconnect(String)}.
	 *
	 * @param name name of the principal; not empty
	 * @param issuer issuer of the name, {@code null} for none and for the home issuer
	 * @param reason text that the clients receive
	 * @since 0.1.0
	 */
	record DisconnectUser(String name, @Nullable String issuer, String reason) implements ToUser {

		public DisconnectUser {
			checkUser(name, issuer);
		}

	}

	/**
	 * Requests new credentials of all connections of one user, as if the present ones had
	 * expired.
	 *
	 * @param name name of the principal; not empty
	 * @param issuer issuer of the name, {@code null} for none and for the home issuer
	 * @since 0.1.0
	 */
	record ReauthenticateUser(String name, @Nullable String issuer) implements ToUser {

		public ReauthenticateUser {
			checkUser(name, issuer);
		}

	}

	/**
	 * Closes some connections with {@code auth.forbidden}.
	 *
	 * @param connections ids of the connections, as {@link Connection#id()}; at most
	 * 1,000
	 * @since 0.1.0
	 */
	record RevokeConnections(Set<String> connections) implements NodeCommand {

		/** Keeps a command far below the limits of backplanes. */
		private static final int MAX_CONNECTIONS = 1000;

		public RevokeConnections {
			connections = Set.copyOf(connections);
			Assert.isTrue(connections.size() <= MAX_CONNECTIONS, "A command has at most 1,000 connections");
		}

	}

	/**
	 * Closes all connections that were opened in one web session with {@code
	 * auth.logged_out}. The id is not logged: it may still be valid.
	 *
	 * @param sessionId permanent id of the session, as in {@link Identity#sessionId()};
	 * not empty
	 * @since 0.1.0
	 */
	record CloseSession(String sessionId) implements NodeCommand {

		public CloseSession {
			Assert.hasText(sessionId, "The session id must not be empty");
		}

		@Override
		public String toString() {
			return "CloseSession";
		}

	}

	/**
	 * Rejects new connections with {@code actor.restarting} until the node is started
	 * again; open connections stay open.
	 *
	 * @param node name of the node that drains; the others ignore the command
	 * @since 0.1.0
	 */
	record Drain(String node) implements NodeCommand {

		public Drain {
			Assert.hasText(node, "The node name must not be empty");
		}

	}

	private static void checkUser(String name, @Nullable String issuer) {
		Assert.hasText(name, "The user name must not be empty");
		Assert.isTrue(issuer == null || !issuer.isEmpty(), "The issuer must not be empty");
	}

}
