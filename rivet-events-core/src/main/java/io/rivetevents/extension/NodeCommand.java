/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

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
	 * Closes all connections of one user with {@code auth.logged_out}.
	 *
	 * @param name name of the principal; not empty
	 * @param issuer issuer of the name, {@code null} for none and for the home issuer
	 * @since 0.1.0
	 */
	record CloseUser(String name, @Nullable String issuer) implements NodeCommand {

		public CloseUser {
			Assert.hasText(name, "The user name must not be empty");
			Assert.isTrue(issuer == null || !issuer.isEmpty(), "The issuer must not be empty");
		}

		/**
		 * Returns the owner id of the user, as in {@link Identity#owner()}.
		 */
		public String owner() {
			return Identity.owner(this.name, this.issuer);
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

}
