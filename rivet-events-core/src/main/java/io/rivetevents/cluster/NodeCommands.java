package io.rivetevents.cluster;

import org.apache.commons.logging.LogFactory;

import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Carries out commands on this node, and sends them to the others by the backplane. For
 * code of the server alone. Safe for use by several threads.
 */
public final class NodeCommands {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(NodeCommands.class));

	private final OutboundRegistry registry;

	private final Backplane backplane;

	private final Runnable drain;

	/**
	 * Creates commands.
	 * @param registry the connections of this node
	 * @param backplane the way to the other nodes
	 * @param drain has this node refuse new connections
	 */
	public NodeCommands(OutboundRegistry registry, Backplane backplane, Runnable drain) {
		this.registry = registry;
		this.backplane = backplane;
		this.drain = drain;
	}

	/**
	 * Carries out a command on this node, then sends it to the others. Delivery to them
	 * is as reliable as the backplane.
	 * @param command the command
	 * @return how many connections of this node are closed
	 * @throws UnsupportedOperationException if the backplane carries no commands; this
	 * node has carried it out then
	 */
	public int send(NodeCommand command) {
		int closed = carryOut(command);
		this.backplane.publish(command);
		return closed;
	}

	/** Carries out a command of another node. */
	void receive(NodeCommand command) {
		try {
			carryOut(command);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "A command of another node has failed: " + command.getClass().getSimpleName());
		}
	}

	private int carryOut(NodeCommand command) {
		if (command instanceof NodeCommand.CloseUser user) {
			String owner = user.owner();
			return this.registry.close((identity) -> owner.equals(identity.owner()), loggedOut());
		}
		if (command instanceof NodeCommand.CloseSession session) {
			return this.registry.close((identity) -> isOf(identity, session), loggedOut());
		}
		if (command instanceof NodeCommand.Drain drain && drain.node().equals(this.registry.node())) {
			this.drain.run();
		}
		return 0;
	}

	private static boolean isOf(Identity identity, NodeCommand.CloseSession session) {
		return session.sessionId().equals(identity.sessionId());
	}

	private static CloseReason loggedOut() {
		return CloseReason.of(ErrorCode.LOGGED_OUT);
	}

}
