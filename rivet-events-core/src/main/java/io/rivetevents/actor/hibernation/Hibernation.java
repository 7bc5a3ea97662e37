/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.hibernation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.actor.persistence.ConnectionRows;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredConnection;
import io.rivetevents.actor.stream.ActorConnections;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.dispatch.Dispatcher;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.LimitHits;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;

/**
 * The sleep of one instance while its clients stay connected. Before it sleeps, each
 * connection is stored as a row with the state. The next instance of the address receives
 * the connections from the node, and compares them with the rows:
 * <ul>
 * <li>with a row: it stays open;</li>
 * <li>without a row: another node has ended it, so it is closed without its hook;</li>
 * <li>a row without a connection: the node of the connection no longer exists, so the
 * hook for the end of a connection is called, and the row is removed. In a cluster, the
 * node of the socket may attach it again to this owner: the connection waits for that for
 * some time before.</li>
 * </ul>
 * Methods are called in turns of the instance unless their documentation states
 * otherwise.
 */
public final class Hibernation {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(Hibernation.class));

	/** Heap of a row besides its body, in bytes: rounded up. */
	private static final int OVERHEAD = 200;

	private static final long OTHER = -1;

	private final Instance instance;

	private final Clients clients;

	private final ActorConnections connections;

	private final ConnectionRows rows;

	private final Services services;

	private final HibernationSettings settings;

	private final ConnectionFormat format;

	/**
	 * Id of the actor whose connections were received, {@code null} if there were none.
	 * Not the connections: each of them may end long before the instance.
	 */
	private final @Nullable String received;

	/** Connections of clients that move to another node, and continue there. */
	private Set<ActorConnection> moved = Set.of();

	/** Last generation with the connections, {@link #OTHER} if there was another. */
	private volatile long generation;

	/** The instance. */
	public interface Instance {

		/** Returns its address. */
		ActorAddress address();

		/** Returns its state. */
		ActorState state();

		/** Returns its connections. */
		ActorConnections connections();

		/**
		 * Ends connections without a socket, unless their nodes attach them again in
		 * time; at once if there are no other nodes.
		 */
		void await(List<ActorConnection> detached);

		/** Returns the dispatcher of its events after it has left memory. */
		Dispatcher next();

	}

	/** The clients of the instance. */
	public interface Clients {

		/** Calls the hook for the end of a connection, and removes it. */
		Mono<Void> disconnect(ActorConnection connection);

		/** Removes a connection without calling its hook. */
		void remove(ActorConnection connection);

		/**
		 * Adds a client as it was stored. Nothing can be sent to it unless its node
		 * attaches it again.
		 * @param state its connection state as it was stored
		 * @return its connection
		 */
		ActorConnection add(ConnectRequest request, @Nullable Object state);

	}

	/**
	 * Services that instances share.
	 *
	 * @param store where connections are stored
	 * @param hits counts reached limits
	 * @param epochs returns a new epoch
	 */
	public record Services(ActorStateStore store, LimitHits hits, Supplier<String> epochs) {
	}

	/**
	 * Creates the hibernation of an instance that has not been started.
	 * @param instance the instance
	 * @param clients its clients
	 * @param settings settings of its actor
	 * @param format stored form of its connections
	 * @param services services that instances share
	 * @param received open connections of the address, {@code null} if there are none
	 */
	public Hibernation(Instance instance, Clients clients, HibernationSettings settings, ConnectionFormat format,
			Services services, @Nullable SleepingConnections received) {
		this.instance = instance;
		this.clients = clients;
		this.connections = instance.connections();
		this.rows = instance.state().connections();
		this.settings = settings;
		this.format = format;
		this.services = services;
		this.received = (received != null) ? received.actorId() : null;
		this.generation = (received != null) ? received.generation() : OTHER;
	}

	// Sleep

	/** Returns whether connections prevent the instance from sleeping. Thread-safe. */
	public boolean isPrevented() {
		return !this.connections.isEmpty() && (!isEnabled() || this.connections.hasStateless());
	}

	private boolean isEnabled() {
		return this.settings.enabled() && this.services.store().keepsConnections();
	}

	/** Returns whether connections stay open if the instance sleeps now. */
	public boolean isWanted() {
		return isEnabled() && this.connections.snapshot().stream().anyMatch((connection) -> !connection.isStateless());
	}

	/**
	 * Prepares the rows of the open connections for the next save.
	 * @return {@code false} if they cannot be stored: the instance has to stay in memory
	 */
	public boolean prepare() {
		try {
			List<StoredConnection> open = staying().map(this.format::write).toList();
			long size = open.stream().mapToLong((row) -> OVERHEAD + (long) row.body().length).sum();
			if (size <= this.settings.maxSize()) {
				this.rows.replace(open);
				return true;
			}
			this.services.hits().add(Limit.HIBERNATED);
			failures.warn(this.instance.address().name(),
					() -> "%s stays in memory: its %d connections take %d bytes; rivet.events.actor.max-hibernated-size is %d"
						.formatted(this.instance.address(), open.size(), size, this.settings.maxSize()));
		}
		catch (RuntimeException ex) { // of the application's types and serializers, too
			failures.error(ex, () -> "%s stays in memory: the state of a connection cannot be stored"
				.formatted(this.instance.address()));
		}
		return false;
	}

	/**
	 * Prepares the rows of the connections that continue at another node.
	 * @return these connections, empty if they cannot be stored
	 */
	public Set<ActorConnection> prepareMove() {
		this.moved = (isWanted() && prepare()) ? staying().filter((connection) -> !connection.hasEnded())
			.collect(Collectors.toCollection(LinkedHashSet::new)) : Set.of();
		return this.moved;
	}

	/**
	 * Keeps the connections of clients that have moved, since the instance stays: they
	 * are connected again, here or at another node.
	 */
	public void undoMove() {
		this.instance.await(addMoved());
	}

	/**
	 * Adds the connections of clients that have moved again, without their sockets.
	 * @return these connections
	 */
	public List<ActorConnection> addMoved() {
		List<ActorConnection> detached = this.moved.stream().map(this::detach).toList();
		this.moved = Set.of();
		return detached;
	}

	private ActorConnection detach(ActorConnection connection) {
		return this.clients.add(connection.request(), connection.isStateful() ? connection.state() : null);
	}

	private Stream<ActorConnection> staying() {
		return this.connections.snapshot().stream().filter((connection) -> !connection.isStateless());
	}

	/**
	 * Disconnects those that do not stay. One that ends later is stored and handed over:
	 * the next instance calls its hook.
	 */
	public Mono<Void> disconnectOthers() {
		return Flux.fromIterable(this.connections.snapshot())
			.filter((connection) -> connection.isStateless() || connection.hasEnded())
			.doOnNext((connection) -> connection.outbound().close(CloseReason.of(ErrorCode.STOPPED)))
			.concatMap(this.clients::disconnect)
			.then();
	}

	/**
	 * Hands the connections over, after the instance has been saved. From now on it sends
	 * nothing.
	 */
	public SleepingConnections handOver() {
		StoredActor stored = this.instance.state().stored();
		return new SleepingConnections(stored.actorId(), stored.generation(), lastPosition(), byId());
	}

	private Position lastPosition() {
		return this.connections.stream().handOver(this.instance.next());
	}

	private Map<String, ActorConnection> byId() {
		return this.connections.snapshot().stream().collect(Collectors.toMap(ActorConnection::id, Function.identity()));
	}

	// Wake

	/** Returns whether it has received connections and not closed them. Thread-safe. */
	public boolean hasReceived() {
		return this.received != null && !this.connections.isEmpty();
	}

	/**
	 * Returns what it has received and does not use, because it could not be started;
	 * {@code null} if there is nothing. Thread-safe.
	 */
	public @Nullable SleepingConnections unused() {
		return (this.received != null && hasReceived())
				? new SleepingConnections(this.received, this.generation, lastPosition(), byId()) : null;
	}

	/**
	 * Returns what the next node continues with if this one cannot wake the instance,
	 * {@code null} if no connections were received.
	 */
	public @Nullable HandOver passedOn() {
		if (this.received == null || !hasReceived()) {
			return null;
		}
		Position last = this.connections.stream().inOrder(this.connections.stream()::position);
		return new SleepingConnections(this.received, this.generation, last, Map.of()).handOver();
	}

	/**
	 * Compares the received connections with the rows, after the instance has been saved
	 * as a new generation: no other node changes the rows from now on.
	 * @param before the generation that was stored before
	 */
	public void restore(long before) {
		if (!isEnabled()) {
			return;
		}
		StoredActor stored = this.instance.state().stored();
		if (this.received != null && !this.received.equals(stored.actorId())) {
			closeAll();
			this.generation = OTHER;
		}
		this.generation = (this.generation == before) ? stored.generation() : OTHER;
		this.rows.begin(this.services.store().connections(stored.actorId()));
		if (hasReceived() && this.generation == OTHER) {
			// clients may have missed events of another node
			this.connections.snapshot().forEach(Hibernation::closeForRestart);
			restartPositions();
		}
		closeOthers();
		addDetached();
	}

	private void addDetached() {
		List<ActorConnection> detached = this.rows.stored()
			.stream()
			.filter((row) -> this.connections.find(row.id()) == null)
			.map(this::add)
			.filter(Objects::nonNull)
			.toList();
		if (!detached.isEmpty()) {
			this.instance.await(detached);
		}
	}

	/** Those of durable events are stored. */
	private void restartPositions() {
		ActorState state = this.instance.state();
		if (!state.isStored() || state.stored().epoch() == null) {
			this.connections.stream().continueFrom(new Position(this.services.epochs().get(), 0), false);
		}
	}

	private void closeOthers() {
		for (ActorConnection connection : this.connections.snapshot()) {
			if (!this.rows.isStored(connection.id())) {
				closeForRestart(connection);
				this.clients.remove(connection);
			}
		}
	}

	private static void closeForRestart(ActorConnection connection) {
		if (!connection.hasEnded()) {
			connection.outbound().close(CloseReason.of(ErrorCode.RESTARTING));
			connection.end();
		}
	}

	/**
	 * Closes the received connections: the instance does not exist any more. Another one
	 * that is created under its key does not continue its positions.
	 */
	public void closeAll() {
		this.connections.snapshot().forEach((connection) -> {
			connection.outbound().close(CloseReason.of(ErrorCode.DESTROYING));
			this.clients.remove(connection);
		});
		restartPositions();
	}

	/** Calls the hook for each connection that has ended while the instance slept. */
	public Mono<Void> disconnectEnded() {
		List<ActorConnection> ended = this.connections.snapshot().stream().filter(ActorConnection::hasEnded).toList();
		return Flux.fromIterable(ended).concatMap(this.clients::disconnect).then();
	}

	private @Nullable ActorConnection add(StoredConnection row) {
		try {
			ConnectionFormat.Reading read = this.format.read(row);
			return this.clients.add(read.request(), read.state());
		}
		catch (RuntimeException ex) {
			failures.error(ex, () -> "A stored connection of %s cannot be read: its hook is not called"
				.formatted(this.instance.address()));
			this.instance.state().removeConnection(row.id());
			return null;
		}
	}

}
