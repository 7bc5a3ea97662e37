/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.hibernation;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionIndex;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.MovedClient;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;

/**
 * The open connections of instances that sleep. An address has an entry here or an
 * instance in memory: an entry is added and taken while its address is locked. Safe for
 * use by several threads.
 */
public final class SleepingInstances {

	private final Map<ActorAddress, SleepingConnections> byAddress = new ConcurrentHashMap<>();

	private final ConnectionIndex members;

	private final Observers observers;

	/**
	 * Creates an empty registry.
	 * @param members the connections of all instances
	 * @param observers receive the end of connections
	 */
	public SleepingInstances(ConnectionIndex members, Observers observers) {
		this.members = members;
		this.observers = observers;
	}

	public void put(ActorAddress address, SleepingConnections connections) {
		this.byAddress.put(address, connections);
	}

	/** Removes and returns an entry, {@code null} if there is none. */
	public @Nullable SleepingConnections take(ActorAddress address) {
		return this.byAddress.remove(address);
	}

	public int size() {
		return this.byAddress.size();
	}

	public Set<ActorAddress> addresses() {
		return Set.copyOf(this.byAddress.keySet());
	}

	public boolean contains(ActorAddress address) {
		return this.byAddress.containsKey(address);
	}

	public boolean contains(ActorAddress address, String connectionId) {
		SleepingConnections sleeping = this.byAddress.get(address);
		return sleeping != null && sleeping.contains(connectionId);
	}

	/** Returns whether an instance sleeps with a connection. */
	public boolean contains(ActorAddress address, ActorConnection connection) {
		SleepingConnections sleeping = this.byAddress.get(address);
		return sleeping != null && sleeping.connections().get(connection.id()) == connection;
	}

	/** Sends a keep-alive to a client of an instance that sleeps. Does not block. */
	public void keepAlive(ActorAddress address, String connectionId) {
		SleepingConnections sleeping = this.byAddress.get(address);
		if (sleeping != null) {
			sleeping.keepAlive(connectionId);
		}
	}

	/**
	 * Closes the connections of some instances with {@code actor.restarting}. They stay
	 * stored: the next instance calls the hook for each.
	 * @param wanted selects instances by their address
	 */
	public void close(Predicate<ActorAddress> wanted) {
		this.byAddress.keySet().stream().filter(wanted).forEach(this::close);
	}

	/** Closes the connections of an instance in the same way. */
	public void close(ActorAddress address) {
		SleepingConnections sleeping = take(address);
		if (sleeping != null) {
			sleeping.connections().values().forEach(this::close);
		}
	}

	private void close(ActorConnection connection) {
		connection.outbound().close(CloseReason.of(ErrorCode.RESTARTING));
		remove(connection);
	}

	/**
	 * Moves the clients of an instance to the node that wakes it next. They stay stored.
	 * Called while the address is locked: each message is for this node or for the next.
	 * @param moves begins to connect a client to the other node, which has received all
	 * events up to a position
	 * @return what the other node continues with, {@code null} if it does not sleep
	 */
	public @Nullable HandOver move(ActorAddress address, BiFunction<ActorConnection, Position, MovedClient> moves) {
		SleepingConnections sleeping = take(address);
		if (sleeping == null) {
			return null;
		}
		sleeping.connections().forEach((id, connection) -> {
			if (connection.isDetached()) {
				remove(connection); // its node connects it to the next owner anyway
				return;
			}
			sleeping.keepAlive(connection);
			MovedClient client = moves.apply(connection, sleeping.position());
			remove(connection);
			client.end(CloseReason.of(ErrorCode.RESTARTING));
		});
		return sleeping.handOver();
	}

	private void remove(ActorConnection connection) {
		connection.end();
		this.members.remove(connection);
		if (connection.usage() != null) {
			connection.usage().unsubscribeAll();
			connection.usage().leave();
		}
		if (connection.wasConnected()) {
			this.observers.connectionClosed(connection, connection.outbound().closeReason());
		}
	}

}
