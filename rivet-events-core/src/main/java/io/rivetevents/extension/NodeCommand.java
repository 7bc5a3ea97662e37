package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

/**
 * What one node asks the others to do, beside the events that a {@link Backplane}
 * carries. Code of the server alone sends commands: no message of a client becomes one.
 * <p>
 * Later versions may add kinds. A backplane ignores a kind that it does not know, so that
 * nodes of two versions can be joined.
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
			Assert.hasText(name, "The user has no name");
			Assert.isTrue(issuer == null || !issuer.isEmpty(), "The issuer has no name");
		}

		/**
		 * Returns what tells the user apart from all others, as {@link Identity#owner()}
		 * has it.
		 */
		public String owner() {
			return Identity.owner(this.name, this.issuer);
		}

	}

	/**
	 * Closes all connections that were opened in one web session with
	 * {@code auth.logged_out}. The id is not logged: it may still be valid.
	 *
	 * @param sessionId what tells the session apart, as {@link Identity#sessionId()} has
	 * it; not empty
	 * @since 0.1.0
	 */
	record CloseSession(String sessionId) implements NodeCommand {

		public CloseSession {
			Assert.hasText(sessionId, "The session has no id");
		}

		@Override
		public String toString() {
			return "CloseSession";
		}

	}

	/**
	 * Refuses new connections with {@code actor.restarting}, until the node is started
	 * again; those that are open stay.
	 *
	 * @param node name of the node that drains; the others ignore it
	 * @since 0.1.0
	 */
	record Drain(String node) implements NodeCommand {

		public Drain {
			Assert.hasText(node, "The node has no name");
		}

	}

}
