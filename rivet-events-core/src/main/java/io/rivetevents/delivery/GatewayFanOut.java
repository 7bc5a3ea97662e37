/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

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
 * One event for connections of other nodes: collects the connection ids and sends the
 * event with one call to each node. Used by one thread.
 */
final class GatewayFanOut {

	private final OutgoingMessage message;

	private final RecordedDispatch record;

	private final Map<GatewayLink, List<String>> connectionIds = new LinkedHashMap<>(4);

	/** Number of connections to which the event was sent. */
	private int queued;

	/**
	 * Creates a fan-out.
	 * @param message the original event
	 * @param record records what happens to it
	 */
	GatewayFanOut(OutgoingMessage message, RecordedDispatch record) {
		this.message = message;
		this.record = record;
	}

	/**
	 * Adds a connection. An event that the interceptors have changed is sent at once to
	 * this connection alone.
	 * @param connection the connection
	 * @param outbound its outbound path
	 * @param prepared the event after the interceptors, {@code null} to send none
	 */
	void add(ActorConnection connection, GatewayOutbound outbound, @Nullable OutgoingMessage prepared) {
		if (prepared == this.message && outbound.isOpen()) {
			this.connectionIds.computeIfAbsent(outbound.link(), (link) -> new ArrayList<>()).add(connection.id());
		}
		else if (prepared != null) {
			boolean added = connection.queue(prepared);
			this.record.noteQueue(connection, prepared, added);
			this.queued += added ? 1 : 0;
		}
	}

	/**
	 * Sends the event to all added connections.
	 * @return the number of connections to which it was sent
	 */
	int send() {
		this.connectionIds.forEach((link, ids) -> {
			boolean accepted = link.send(this.message, ids);
			this.record.noteSent(ids, link, accepted);
			this.queued += accepted ? ids.size() : 0;
		});
		return this.queued;
	}

}
