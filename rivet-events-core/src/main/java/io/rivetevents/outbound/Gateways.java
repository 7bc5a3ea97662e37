package io.rivetevents.outbound;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The other nodes that hold sockets, by their names. Empty on a node that is alone. Safe
 * for use by several threads.
 */
public final class Gateways {

	private final Map<String, GatewayLink> links = new ConcurrentHashMap<>();

	private final LongAdder notSent = new LongAdder();

	/**
	 * Adds a node. Connections that come from it are reached by it from then on, until
	 * they end; an earlier gateway of the same name keeps its own.
	 * @param node name of the node, as {@code ConnectRequest.gateway()} has it
	 * @param gateway the way to its connections
	 */
	public void add(String node, Gateway gateway) {
		this.links.put(node, new GatewayLink(node, gateway, this.notSent));
	}

	/**
	 * Removes a node: no connection of it can be admitted any more.
	 * @param node name of the node
	 */
	public void remove(String node) {
		this.links.remove(node);
	}

	/**
	 * Returns the way out to a connection, {@link Outbound#NONE} if its node or the
	 * connection has gone.
	 * @param node name of the node that holds its socket
	 * @param connectionId its id
	 */
	public Outbound outbound(String node, String connectionId) {
		GatewayLink link = this.links.get(node);
		Gateway.Bounds bounds = (link != null) ? link.bounds(connectionId) : null;
		return (link != null && bounds != null) ? new GatewayOutbound(link, connectionId, bounds) : Outbound.NONE;
	}

	/**
	 * Returns how many messages to connections no gateway has accepted; an event that was
	 * for three connections counts as three.
	 */
	public long notSent() {
		return this.notSent.sum();
	}

}
