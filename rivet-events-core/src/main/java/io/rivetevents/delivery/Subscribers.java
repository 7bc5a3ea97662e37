package io.rivetevents.delivery;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Who has subscribed to an event. To go through them, which happens for each broadcast,
 * is to go through an array; it is made anew after a change. Safe for use by several
 * threads.
 */
final class Subscribers {

	private final Set<ClientConnection> connections = new LinkedHashSet<>(2);

	/**
	 * {@code null} after a change; set under the lock alone, or it could be of before.
	 */
	private volatile @Nullable List<ClientConnection> all;

	synchronized void add(ClientConnection connection) {
		this.connections.add(connection);
		this.all = null;
	}

	synchronized void remove(ClientConnection connection) {
		this.connections.remove(connection);
		this.all = null;
	}

	synchronized boolean isEmpty() {
		return this.connections.isEmpty();
	}

	/**
	 * Return all of them; who comes or goes from now on may or may not be in it.
	 */
	List<ClientConnection> all() {
		List<ClientConnection> all = this.all;
		return (all != null) ? all : collect();
	}

	private synchronized List<ClientConnection> collect() {
		List<ClientConnection> all = List.copyOf(this.connections);
		this.all = all;
		return all;
	}

}
