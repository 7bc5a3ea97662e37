/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.apache.commons.logging.LogFactory;

import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Executes commands on this node, and sends them to the other nodes through the
 * backplane. For server code only. Safe for use by several threads.
 */
public final class NodeCommands {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(NodeCommands.class));

	private final OutboundRegistry registry;

	private final Backplane backplane;

	private final Runnable drain;

	private final List<Consumer<String>> sessionEnds = new CopyOnWriteArrayList<>();

	/**
	 * Creates commands.
	 * @param registry the connections of this node
	 * @param backplane connects the nodes
	 * @param drain makes this node reject new connections
	 */
	public NodeCommands(OutboundRegistry registry, Backplane backplane, Runnable drain) {
		this.registry = registry;
		this.backplane = backplane;
		this.drain = drain;
	}

	/**
	 * Adds a listener for the end of web sessions, on any node.
	 * @param listener called with the permanent id of the session; must not block
	 */
	public void onSessionEnd(Consumer<String> listener) {
		this.sessionEnds.add(listener);
	}

	/**
	 * Executes a command on this node, then sends it to the others. Delivery to them is
	 * as reliable as the backplane.
	 * @param command the command
	 * @return the number of connections of this node that it applies to
	 * @throws UnsupportedOperationException if the backplane does not support commands;
	 * this node has executed it in that case
	 */
	public int send(NodeCommand command) {
		int closed = carryOut(command);
		this.backplane.publish(command);
		return closed;
	}

	/** Executes a command of another node. */
	void receive(NodeCommand command) {
		try {
			carryOut(command);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Command %s of another node failed".formatted(command.getClass().getSimpleName()));
		}
	}

	private int carryOut(NodeCommand command) {
		if (command instanceof NodeCommand.ToUser user) {
			return carryOut(user);
		}
		if (command instanceof NodeCommand.RevokeConnections revoked) {
			return revoke(revoked);
		}
		if (command instanceof NodeCommand.CloseSession session) {
			this.sessionEnds.forEach((listener) -> listener.accept(session.sessionId()));
			return this.registry.close((identity) -> isOf(identity, session), loggedOut());
		}
		if (command instanceof NodeCommand.Drain drain && drain.node().equals(this.registry.node())) {
			this.drain.run();
		}
		return 0;
	}

	private int carryOut(NodeCommand.ToUser command) {
		String owner = command.owner();
		Predicate<Identity> who = (identity) -> owner.equals(identity.owner());
		return (command instanceof NodeCommand.ReauthenticateUser) ? this.registry.expire(who)
				: this.registry.close(who, reason(command));
	}

	private static CloseReason reason(NodeCommand.ToUser command) {
		return (command instanceof NodeCommand.DisconnectUser disconnect)
				? CloseReason.disconnected(disconnect.reason()) : loggedOut();
	}

	private int revoke(NodeCommand.RevokeConnections revoked) {
		int closed = 0;
		for (String id : revoked.connections()) {
			Outbound outbound = this.registry.outbound(id);
			if (outbound != Outbound.NONE) {
				outbound.close(CloseReason.of(ErrorCode.FORBIDDEN));
				closed++;
			}
		}
		return closed;
	}

	private static boolean isOf(Identity identity, NodeCommand.CloseSession session) {
		return session.sessionId().equals(identity.sessionId());
	}

	private static CloseReason loggedOut() {
		return CloseReason.of(ErrorCode.LOGGED_OUT);
	}

}
