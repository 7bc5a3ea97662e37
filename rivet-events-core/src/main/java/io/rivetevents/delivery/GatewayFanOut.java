package io.rivetevents.delivery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.rivetevents.outbound.GatewayLink;
import io.rivetevents.outbound.GatewayOutbound;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * One event on its way to connections of other nodes: collects their ids, and sends it
 * with one call for each node. Used by one thread.
 */
final class GatewayFanOut {

	private final OutgoingMessage message;

	private final Map<GatewayLink, List<String>> connectionIds = new LinkedHashMap<>(4);

	/** Connections whose event is on its way. */
	private int queued;

	/**
	 * Creates a fan-out.
	 * @param message the event as it was sent
	 */
	GatewayFanOut(OutgoingMessage message) {
		this.message = message;
	}

	/**
	 * Adds a connection. An event that the interceptors have changed for it is sent at
	 * once, to it alone: it is the only one of this fan-out that the connection gets.
	 * @param connection the connection
	 * @param outbound its way out
	 * @param prepared the event as the interceptors leave it, {@code null} for none
	 */
	void add(ActorConnection connection, GatewayOutbound outbound, @Nullable OutgoingMessage prepared) {
		if (prepared == this.message && outbound.isOpen()) {
			this.connectionIds.computeIfAbsent(outbound.link(), (link) -> new ArrayList<>()).add(connection.id());
		}
		else if (prepared != null && connection.queue(prepared)) {
			this.queued++;
		}
	}

	/**
	 * Sends the event to all connections that were added.
	 * @return for how many connections it is on its way
	 */
	int send() {
		this.connectionIds.forEach((link, ids) -> this.queued += link.send(this.message, ids) ? ids.size() : 0);
		return this.queued;
	}

}
