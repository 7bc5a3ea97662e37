/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.time.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.runtime.ClientMoves;
import io.rivetevents.actor.schedule.ScheduleStatus;
import io.rivetevents.actor.state.StoredActors;
import io.rivetevents.actor.stream.PastEvent;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.explain.EventTaps;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.placement.inspection.Inspection;
import io.rivetevents.protocol.ToServer;

/**
 * This node, from its start to its end: the instances in its memory, and whether it
 * accepts new connections. Safe for use by several threads.
 */
public final class LocalNode {

	private final ActorTypes types;

	private final ActorRuntime runtime;

	private final Instances instances;

	private final RequestChecks checks;

	private final ActorDirectory directory;

	private final StoredActors storedActors;

	private volatile boolean draining;

	/**
	 * Creates a node without instances.
	 * @param runtime shared by all instances
	 * @param types the actor types
	 * @param listeners listeners that are called after actions
	 * @param connections registry of the outbound paths to clients
	 * @param placement finds the instances that an actor calls, on any node; resolved
	 * when an actor calls another one
	 */
	public LocalNode(ActorRuntime runtime, ActorTypes types, ActionListeners listeners, OutboundRegistry connections,
			Supplier<ActorDirectory> placement) {
		Actors neighbours = new DirectoryActors(placement, types, listeners, runtime.connections().targets(),
				runtime.outbox(), runtime.observers().tracing());
		this.types = types;
		this.runtime = runtime;
		this.instances = new Instances(types, runtime, connections.members(), neighbours, listeners, placement);
		this.checks = new RequestChecks(types, this.instances, runtime);
		this.directory = new LocalActorDirectory(this.instances, this.checks, types, runtime, connections);
		this.storedActors = new NodeStoredActors(this.instances, runtime);
	}

	/**
	 * Returns the directory of the instances of this node: it creates and wakes every
	 * requested instance on this node.
	 */
	public ActorDirectory directory() {
		return this.directory;
	}

	/** Returns a copy of the names of the actors, in no particular order. */
	public Collection<String> actors() {
		return this.types.names();
	}

	/** Returns the id of a new connection. Safe for use by several threads. */
	public String newId() {
		return this.runtime.newId();
	}

	/** Returns the clock of this node. */
	public Clock clock() {
		return this.runtime.clock();
	}

	/**
	 * Returns the stored instances, of which those in the memory of this node stop when
	 * they are replaced.
	 */
	public StoredActors storedActors() {
		return this.storedActors;
	}

	/** Returns the schedules that this node has in memory. */
	public ScheduleStatus schedules() {
		return this.instances.schedules().status();
	}

	/**
	 * Creates what describes the instances of this node for operators. Create it once: it
	 * limits its own use of an instance.
	 */
	public Inspection createInspection() {
		return new Inspection(this.instances, this.runtime);
	}

	Instances instances() {
		return this.instances;
	}

	/**
	 * Returns the number of instances in memory.
	 */
	public int size() {
		return this.instances.size();
	}

	/**
	 * Returns the number of instances that are not in memory and have open connections.
	 */
	public int sleeping() {
		return this.instances.sleeping().size();
	}

	/**
	 * Calls an action for each instance in memory.
	 * @param action receives its address and the number of turns that wait or run
	 */
	public void forEach(ObjIntConsumer<ActorAddress> action) {
		this.instances.all().forEach((instance) -> action.accept(instance.address(), instance.depth()));
	}

	/**
	 * Returns the instances in memory with turns that wait or run, for example an action
	 * whose result is not yet there.
	 */
	public List<ActorAddress> atWork() {
		return this.instances.all()
			.stream()
			.filter((instance) -> !instance.isIdle())
			.map(ActorInstance::address)
			.toList();
	}

	/**
	 * Returns events in the history of an instance, the newest first; empty if it is not
	 * in memory, or records no history. Waits while the instance sends an event.
	 * @param address address of the instance
	 * @param before position before which the events are
	 * @param limit most events
	 * @param maxBytes most bytes of arguments, unless one event alone has more
	 */
	public List<PastEvent> past(ActorAddress address, long before, int limit, long maxBytes) {
		ActorInstance instance = this.instances.find(address);
		return (instance != null) ? instance.connections().stream().past(before, limit, maxBytes) : List.of();
	}

	/** Returns what passes events of instances of this node to listeners. */
	public EventTaps taps() {
		return this.instances.taps();
	}

	/** Uses another way to connect clients of this node to actors that leave it. */
	public void moveClients(ClientMoves moves) {
		this.instances.moveClients(moves);
	}

	/**
	 * Delivers a message of a client to an instance of this node.
	 * @param address address of the instance
	 * @param connectionId id of the connection
	 * @param message the message
	 * @return whether the instance has the connection; otherwise nothing was done
	 */
	public boolean deliver(ActorAddress address, String connectionId, ToServer message) {
		return this.instances.deliver(address, connectionId, message);
	}

	/**
	 * Returns the addresses of the instances in memory, and of those that sleep with open
	 * connections.
	 */
	public Set<ActorAddress> addresses() {
		Set<ActorAddress> addresses = new HashSet<>(this.instances.sleeping().addresses());
		this.instances.all().forEach((instance) -> addresses.add(instance.address()));
		return addresses;
	}

	/**
	 * Returns whether an instance is in memory, or sleeps with open connections.
	 * @param address its address
	 */
	public boolean holds(ActorAddress address) {
		return this.instances.find(address) != null || this.instances.sleeping().contains(address);
	}

	/**
	 * Returns whether an instance is awake on this node, and no other node may have a
	 * newer copy.
	 * @param address its address
	 */
	public boolean isAwake(ActorAddress address) {
		ActorInstance instance = this.instances.find(address);
		return instance != null && instance.isNewest();
	}

	/**
	 * Checks, before a call is read, whether this node has memory for it: a rejected call
	 * costs as little as possible. Passes if the instance is on another node, or if its
	 * actor has an access rule, which was not checked yet.
	 * @param target the target instance
	 * @param bytes least memory that the call takes
	 */
	public void checkRoom(ActorTarget target, long bytes) {
		this.checks.checkRoom(target, bytes);
	}

	/**
	 * Starts the node: the timers of its instances run, and it accepts new connections.
	 * @throws IllegalStateException if an actor has durable events or declared schedules,
	 * which the store does not keep
	 */
	public void start() {
		for (ActorType type : this.types.all()) {
			check(type);
		}
		this.instances.acceptNew();
		this.instances.dueQueue().start();
		this.instances.schedules().start();
		this.draining = false;
	}

	private void check(ActorType type) {
		check(type, type.settings().hibernation().enabled(), this.runtime.store().keepsConnections(), """
				Actor %s sleeps while clients are connected, but the store keeps no connections: override commit and \
				keepsConnections of ActorStateStore, or remove @Actor(hibernate = true) and \
				rivet.events.actor.hibernate""");
		check(type, type.hasDurableEvents(), this.runtime.store().keepsHistory(), """
				Actor %s has durable events, but the store keeps no histories: override commit and keepsHistory \
				of ActorStateStore, or set no @History(durable = true) and no rivet.events.history.durable""");
		check(type, !type.schedules().isEmpty(), this.runtime.store().keepsSchedules(), """
				Actor %s has schedules, but the store keeps none: override commit and keepsSchedules of \
				ActorStateStore, or remove @ActorSchedule""");
	}

	private static void check(ActorType type, boolean needed, boolean kept, String problem) {
		if (needed && !kept) {
			throw new IllegalStateException(problem.formatted(type.name()));
		}
	}

	/**
	 * Rejects new connections of clients with {@code actor.restarting} from now on.
	 * Existing connections stay open.
	 */
	public void drain() {
		this.draining = true;
	}

	/**
	 * Returns whether new connections of clients are rejected because the node is about
	 * to stop.
	 */
	public boolean isDraining() {
		return this.draining;
	}

	/**
	 * Releases an instance that another node takes: it is saved and removed from memory
	 * after its current turn, and its clients are connected to the other node. If it
	 * cannot be saved, it stays.
	 * @param address address of the instance
	 * @return what it passes on to the other node, when it is not in memory; empty if it
	 * was not in memory and has not slept with open connections, or has ended in another
	 * way; does not complete if it stays
	 */
	public Mono<HandOver> release(ActorAddress address) {
		return Mono.defer(() -> {
			HandOver ofSleep = this.instances.moveSleeping(address);
			ActorInstance instance = this.instances.find(address);
			Mono<HandOver> released = (instance != null)
					? end(instance, ActorInstance::requestRelease).then(Mono.fromSupplier(instance::handOver))
					: Mono.empty();
			// it may have begun to wake after its clients have moved
			return released.switchIfEmpty(Mono.justOrEmpty(ofSleep));
		});
	}

	/**
	 * Ends instances that other nodes may take at any time, as {@link #stop} does: the
	 * last changes of an instance that cannot be saved are lost.
	 * @param wanted selects instances by their address
	 * @return their number when none of them is in memory
	 */
	public Mono<Long> releaseIf(Predicate<ActorAddress> wanted) {
		return end(wanted, ActorInstance::requestShutdown);
	}

	private Mono<Long> end(Predicate<ActorAddress> wanted, Consumer<ActorInstance> request) {
		return Flux.defer(() -> {
			this.instances.closeSleeping(wanted);
			return Flux.fromIterable(this.instances.all());
		})
			.filter((instance) -> wanted.test(instance.address()))
			.flatMap((instance) -> end(instance, request).thenReturn(true), Integer.MAX_VALUE)
			.count();
	}

	private Mono<Void> end(ActorInstance instance, Consumer<ActorInstance> request) {
		return Mono.defer(() -> {
			request.accept(instance);
			return this.instances.departures().of(instance);
		});
	}

	/**
	 * Drains the node, stops creating instances, closes all connections of its instances
	 * with {@code actor.restarting} and saves the instances.
	 * @return completes when no instance is in memory
	 */
	public Mono<Void> stop() {
		return Mono.defer(() -> {
			drain();
			this.instances.schedules().stop();
			this.instances.refuseNew();
			this.instances.all().forEach(ActorInstance::requestShutdown);
			this.instances.closeSleeping((address) -> true);
			return this.instances.departures().ofAll();
		}).doFinally((signal) -> this.instances.dueQueue().stop());
	}

}
