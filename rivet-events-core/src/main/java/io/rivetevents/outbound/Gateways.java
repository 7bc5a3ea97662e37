/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The other nodes that hold sockets, by name. Empty on a single node. Safe for use by
 * several threads.
 */
public final class Gateways {

	private final Map<String, GatewayLink> links = new ConcurrentHashMap<>();

	private final LongAdder notSent = new LongAdder();

	/**
	 * Adds a node. From now on its new connections are reached through this gateway,
	 * until they end; connections of an earlier gateway of the same name keep that one.
	 * @param node name of the node, as in {@code ConnectRequest.gateway()}
	 * @param gateway sends to its connections
	 */
	public void add(String node, Gateway gateway) {
		this.links.put(node, new GatewayLink(node, gateway, this.notSent));
	}

	/**
	 * Removes a node: none of its connections can be admitted any more.
	 * @param node name of the node
	 */
	public void remove(String node) {
		this.links.remove(node);
	}

	/**
	 * Returns the outbound path to a connection, {@link Outbound#NONE} if its node or the
	 * connection has disconnected.
	 * @param node name of the node that holds its socket
	 * @param connectionId its id
	 */
	public Outbound outbound(String node, String connectionId) {
		GatewayLink link = this.links.get(node);
		Gateway.Bounds bounds = (link != null) ? link.bounds(connectionId) : null;
		return (link != null && bounds != null) ? new GatewayOutbound(link, connectionId, bounds) : Outbound.NONE;
	}

	/**
	 * Returns how many messages were not accepted by their gateway; an event for three
	 * connections counts as three.
	 */
	public long notSent() {
		return this.notSent.sum();
	}

}
