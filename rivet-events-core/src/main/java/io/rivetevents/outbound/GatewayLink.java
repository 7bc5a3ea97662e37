/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * Calls a gateway and never throws, so that a failing gateway affects no other node and
 * no local connection. Messages that it does not accept are logged and counted.
 */
public final class GatewayLink {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(Gateway.class));

	private final String node;

	private final Gateway gateway;

	private final LongAdder notSent;

	/**
	 * Creates a link.
	 * @param node name of the node
	 * @param gateway sends to the connections of the node
	 * @param notSent counts messages that it does not accept
	 */
	GatewayLink(String node, Gateway gateway, LongAdder notSent) {
		this.node = node;
		this.gateway = gateway;
		this.notSent = notSent;
	}

	/**
	 * Sends a message to connections.
	 * @param message the message
	 * @param connectionIds their ids
	 * @return whether the gateway accepted it
	 */
	public boolean send(OutgoingMessage message, List<String> connectionIds) {
		try {
			if (this.gateway.send(message, connectionIds)) {
				return true;
			}
			failures.warn(toString(), () -> "%s did not accept a message for %d connections, which miss it: %s"
				.formatted(this, connectionIds.size(), SafeText.of(connectionIds)));
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "%s failed to send a message to %d connections, which miss it: %s".formatted(this,
					connectionIds.size(), SafeText.of(connectionIds)));
		}
		this.notSent.add(connectionIds.size());
		return false;
	}

	void admit(String connectionId, OutgoingMessage first) {
		try {
			this.gateway.admit(connectionId, first);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "%s failed to admit connection %s".formatted(this, SafeText.of(connectionId)));
			this.notSent.increment();
		}
	}

	void giveBack(String connectionId, ToServer message) {
		try {
			this.gateway.giveBack(connectionId, message);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "%s failed to return a message of connection %s, which is lost".formatted(this,
					SafeText.of(connectionId)));
		}
	}

	void close(String connectionId, CloseReason reason) {
		try {
			this.gateway.close(connectionId, reason);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "%s failed to close connection %s".formatted(this, SafeText.of(connectionId)));
		}
	}

	Gateway.@Nullable Bounds bounds(String connectionId) {
		return this.gateway.bounds(connectionId);
	}

	@Override
	public String toString() {
		return "Gateway " + SafeText.of(this.node);
	}

}
