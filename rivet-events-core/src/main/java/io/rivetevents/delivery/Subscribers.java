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

	private final Set<ActorConnection> connections = new LinkedHashSet<>(2);

	/**
	 * {@code null} after a change; set under the lock alone, or it could be of before.
	 */
	private volatile @Nullable List<ActorConnection> all;

	synchronized void add(ActorConnection connection) {
		this.connections.add(connection);
		this.all = null;
	}

	synchronized void remove(ActorConnection connection) {
		this.connections.remove(connection);
		this.all = null;
	}

	synchronized boolean isEmpty() {
		return this.connections.isEmpty();
	}

	/**
	 * Return all of them; who comes or goes from now on may or may not be in it.
	 */
	List<ActorConnection> all() {
		List<ActorConnection> all = this.all;
		return (all != null) ? all : collect();
	}

	private synchronized List<ActorConnection> collect() {
		List<ActorConnection> all = List.copyOf(this.connections);
		this.all = all;
		return all;
	}

}
