package io.rivetevents.outbound;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * Calls a gateway and never throws: a gateway that fails costs no other node and no local
 * connection anything. What it does not accept is logged and counted.
 */
public final class GatewayLink {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(Gateway.class));

	private final String node;

	private final Gateway gateway;

	private final LongAdder notSent;

	/**
	 * Creates a link.
	 * @param node name of the node
	 * @param gateway the way to its connections
	 * @param notSent counts what it does not accept
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
	 * @return whether the gateway has accepted it
	 */
	public boolean send(OutgoingMessage message, List<String> connectionIds) {
		try {
			if (this.gateway.send(message, connectionIds)) {
				return true;
			}
			failures.warn(toString(),
					() -> "%s does not accept a message to %d connections".formatted(this, connectionIds.size()));
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "%s fails to send to %d connections".formatted(this, connectionIds.size()));
		}
		this.notSent.add(connectionIds.size());
		return false;
	}

	void admit(String connectionId, OutgoingMessage first) {
		try {
			this.gateway.admit(connectionId, first);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "%s fails to admit connection %s".formatted(this, connectionId));
			this.notSent.increment();
		}
	}

	void close(String connectionId, CloseReason reason) {
		try {
			this.gateway.close(connectionId, reason);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "%s fails to close connection %s".formatted(this, connectionId));
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
