/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.hibernation;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionIndex;
import io.rivetevents.failure.RepeatedFailures;
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

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(SleepingInstances.class));

	private static final CloseReason RESTARTING = CloseReason.of(ErrorCode.RESTARTING);

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
		return Collections.unmodifiableSet(new LinkedHashSet<>(this.byAddress.keySet()));
	}

	public boolean contains(ActorAddress address) {
		return this.byAddress.containsKey(address);
	}

	public boolean contains(ActorAddress address, String connectionId) {
		SleepingConnections sleeping = this.byAddress.get(address);
		return sleeping != null && sleeping.contains(connectionId);
	}

	/**
	 * Notes that a connection of an instance that sleeps has ended, unless it has no
	 * socket. Its hook is called when the instance wakes.
	 * @return whether an instance sleeps with the connection
	 */
	public boolean end(ActorAddress address, String connectionId) {
		SleepingConnections sleeping = this.byAddress.get(address);
		ActorConnection connection = (sleeping != null) ? sleeping.connections().get(connectionId) : null;
		if (connection != null && !connection.isDetached()) {
			connection.end();
		}
		return connection != null;
	}

	/** Returns whether an instance sleeps with a connection. */
	public boolean contains(ActorAddress address, ActorConnection connection) {
		SleepingConnections sleeping = this.byAddress.get(address);
		return sleeping != null && sleeping.connections().get(connection.id()) == connection;
	}

	/** Returns the open connections of an instance that sleeps, empty if it has none. */
	public Collection<ActorConnection> connections(ActorAddress address) {
		SleepingConnections sleeping = this.byAddress.get(address);
		return (sleeping != null) ? sleeping.connections().values() : List.of();
	}

	/** Sends a keep-alive to a client of an instance that sleeps. Does not block. */
	public void keepAlive(ActorAddress address, String connectionId) {
		SleepingConnections sleeping = this.byAddress.get(address);
		if (sleeping != null) {
			sleeping.keepAlive(connectionId);
		}
	}

	/**
	 * Closes connections that were taken with {@code actor.restarting}. They stay stored:
	 * the next instance calls the hook for each.
	 * @return the rest of the work, which may call code of the application: to be run
	 * when no address is locked
	 */
	public Runnable close(SleepingConnections taken) {
		return endAll(taken.connections().values().stream().map(this::leave).toList());
	}

	/**
	 * Moves the clients of connections that were taken to the node that wakes their
	 * instance next. They stay stored. Called while the address is locked: each message
	 * is for this node or for the next.
	 * @param moves begins to connect a client to the other node, which has received all
	 * events up to a position
	 * @return the rest of the work, which may call code of the application: to be run
	 * when no address is locked
	 */
	public Runnable move(SleepingConnections taken, BiFunction<ActorConnection, Position, MovedClient> moves) {
		return endAll(taken.connections().values().stream().map((connection) -> {
			// the node of a detached one connects it to the next owner anyway
			MovedClient client = connection.isDetached() ? null : begin(connection, taken, moves);
			return (client != null) ? leave(connection, client) : leave(connection);
		}).toList());
	}

	/** Returns the client, {@code null} if it cannot move: it is closed. */
	private static @Nullable MovedClient begin(ActorConnection connection, SleepingConnections taken,
			BiFunction<ActorConnection, Position, MovedClient> moves) {
		try {
			taken.keepAlive(connection);
			return moves.apply(connection, taken.position());
		}
		catch (RuntimeException ex) {
			reportUnmoved(ex);
			return null;
		}
	}

	private static void reportUnmoved(RuntimeException cause) {
		failures.error(cause, () -> "A client cannot move to the next node of its actor: it is closed");
	}

	private Runnable leave(ActorConnection connection) {
		this.members.remove(connection);
		return () -> end(connection, () -> connection.outbound().close(RESTARTING));
	}

	private Runnable leave(ActorConnection connection, MovedClient client) {
		this.members.remove(connection);
		return () -> end(connection, () -> client.end(RESTARTING));
	}

	private static Runnable endAll(List<Runnable> ends) {
		return () -> ends.forEach(Runnable::run);
	}

	/** From now on the connection counts for its next node, if it has one. */
	private void end(ActorConnection connection, Runnable ends) {
		if (connection.usage() != null) {
			connection.usage().unsubscribeAll();
			connection.usage().leave();
		}
		try {
			ends.run();
		}
		catch (RuntimeException ex) {
			reportUnmoved(ex);
			connection.outbound().close(RESTARTING);
		}
		connection.end(); // its requests fail
		if (connection.wasConnected()) {
			this.observers.connectionClosed(connection, connection.outbound().closeReason());
		}
	}

}
