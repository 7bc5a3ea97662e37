package io.rivetevents.delivery;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.outbound.Gateways;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;

/**
 * The connections of this node. A transport registers a connection before it asks an
 * actor to connect it, and removes it when its socket is gone; the actor adds it to the
 * {@linkplain #members() members} while it is in the actor's own list.
 */
public final class OutboundRegistry {

	private final Map<String, Entry> entries = new ConcurrentHashMap<>();

	private final ConnectionIndex members = new ConnectionIndex(true);

	private final Gateways gateways = new Gateways();

	private final String node;

	private record Entry(Identity identity, Outbound outbound, @Nullable ClientUsage usage) {
	}

	/**
	 * Creates the registry of a node with a new name.
	 */
	public OutboundRegistry() {
		this(UUID.randomUUID().toString());
	}

	/**
	 * Creates a registry.
	 * @param node name of this node, new for each start
	 */
	public OutboundRegistry(String node) {
		this.node = node;
	}

	/**
	 * Returns the name of this node, which is the gateway of its connections.
	 */
	public String node() {
		return this.node;
	}

	/**
	 * Returns the other nodes that hold sockets of this node's actors.
	 */
	public Gateways gateways() {
		return this.gateways;
	}

	/**
	 * Add a connection.
	 * @param request what the client asked for
	 * @param outbound its way out
	 */
	public void register(ConnectRequest request, Outbound outbound) {
		register(request, outbound, null);
	}

	/**
	 * Adds a connection.
	 * @param request what the client asked for
	 * @param outbound its way out
	 * @param usage what it takes of the node, {@code null} if that is not counted
	 */
	public void register(ConnectRequest request, Outbound outbound, @Nullable ClientUsage usage) {
		this.entries.put(request.connectionId(), new Entry(request.identity(), outbound, usage));
	}

	/**
	 * Remove a connection whose socket is gone.
	 * @param connectionId its id
	 */
	public void remove(String connectionId) {
		this.entries.remove(connectionId);
	}

	/**
	 * Return the way out to a connection, {@link Outbound#NONE} if it is not or no longer
	 * here.
	 * @param connectionId its id
	 */
	public Outbound outbound(String connectionId) {
		Entry entry = this.entries.get(connectionId);
		return (entry != null) ? entry.outbound() : Outbound.NONE;
	}

	/**
	 * Returns the way out to a client, wherever its socket is; {@link Outbound#NONE} if
	 * the client or its node has gone.
	 * @param request what the client asked for
	 */
	public Outbound outbound(ConnectRequest request) {
		String gateway = request.gateway();
		return (gateway == null || gateway.equals(this.node)) ? outbound(request.connectionId())
				: this.gateways.outbound(gateway, request.connectionId());
	}

	/**
	 * Returns what a connection takes of the node, {@code null} if it is not here or not
	 * counted.
	 * @param connectionId its id
	 */
	public @Nullable ClientUsage usage(String connectionId) {
		Entry entry = this.entries.get(connectionId);
		return (entry != null) ? entry.usage() : null;
	}

	/**
	 * Return the ways out to all connections; a snapshot.
	 */
	public List<Outbound> outbounds() {
		return this.entries.values().stream().map(Entry::outbound).toList();
	}

	/**
	 * Close the connections of some clients.
	 * @param who which ones
	 * @param reason what they are told
	 * @return how many
	 */
	public int close(Predicate<Identity> who, CloseReason reason) {
		int count = 0;
		for (Entry entry : this.entries.values()) {
			if (who.test(entry.identity())) {
				entry.outbound().close(reason);
				count++;
			}
		}
		return count;
	}

	/**
	 * Return the connections that actors of this node have let in, stateless ones aside.
	 */
	public ConnectionIndex members() {
		return this.members;
	}

	/**
	 * Return the number of open connections.
	 */
	public int size() {
		return this.entries.size();
	}

}
