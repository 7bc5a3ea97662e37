/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.instance;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.actor.answer.KeptAnswers;
import io.rivetevents.actor.hibernation.SleepingConnections;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.turn.Turn;
import io.rivetevents.connection.Receipt;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionIndex;
import io.rivetevents.error.RivetException;
import io.rivetevents.explain.EventTaps;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.limit.CreatedInstance;
import io.rivetevents.outbound.MovedClient;
import io.rivetevents.protocol.Position;
import io.rivetevents.scheduling.DueQueue;

/**
 * The node of an instance, as used by the instance. Thread-safe.
 */
public interface InstanceHost {

	/**
	 * Returns the handles of a namespace.
	 * @param namespace the namespace
	 */
	Actors actors(String namespace);

	/** Adds a turn that continues earlier work, even if the instance has left memory. */
	void submit(ActorInstance instance, Turn<ActorInstance> turn);

	/** Passes a waiting turn to the next instance of the same address. */
	void submitAgain(ActorInstance gone, Turn<ActorInstance> turn);

	/** Notes that the instance has started and can be found by its id. */
	void started(ActorInstance instance);

	/** Removes the instance, which has left memory and accepts no turns. */
	void forget(ActorInstance instance);

	/**
	 * Removes the instance, which leaves memory while its clients stay connected. Its
	 * waiting turns for clients are passed to the next instance of the address.
	 * @param connections its connections
	 * @param close closes its mailbox and returns the turns that wait; called once
	 */
	void hibernate(ActorInstance instance, SleepingConnections connections, Supplier<List<Turn<ActorInstance>>> close);

	/**
	 * Passes a turn to the next instance of the same address.
	 * @throws RivetException if it is rejected
	 */
	void submitToNext(ActorInstance gone, Turn<ActorInstance> turn);

	/**
	 * Sends an event to the connections of an address, which wakes an instance that
	 * sleeps with them, here or on another node.
	 * @return received when the event has been sent
	 */
	Mono<Receipt> dispatch(ActorAddress address, AddressedEvent event);

	/** Passes the end of a connection on to the next instance of the address. */
	void disconnected(ActorAddress address, String connectionId);

	/**
	 * Ends connections without a socket, unless their nodes attach them again in time; at
	 * once if there are no other nodes.
	 */
	void await(ActorAddress address, List<ActorConnection> detached);

	/**
	 * Passes the end of connections that no node has attached on to the next instance of
	 * the address.
	 */
	void expire(ActorAddress address, List<ActorConnection> detached);

	/** Notes that the instance has left memory and that its clean-up is complete. */
	void left(ActorInstance instance);

	/**
	 * Begins to connect a client of an instance, which leaves for another node, to that
	 * node. Called with the order of events, before the connection is removed: the client
	 * has received all events up to the position, and none after it.
	 * @param connection its connection
	 * @param address address of the instance
	 * @param actorId its id
	 * @return the client
	 */
	MovedClient move(ActorConnection connection, ActorAddress address, String actorId, Position position);

	/** Keeps for the next node what it continues with, before clients move there. */
	void passOn(ActorAddress address, HandOver handOver);

	/** Returns whether instances may leave this node with their clients. */
	boolean movesClients();

	/** Returns the queue that visits instances when work is due. */
	DueQueue dueQueue();

	/** Returns the shares of the creators of instances in a store in memory. */
	Map<ActorAddress, CreatedInstance> creators();

	/** Returns the memory for answers of all instances. */
	KeptAnswers keptAnswers();

	/** Returns the listeners that were added at run time. */
	ActionListeners listeners();

	/** Notes that a schedule has been stored. */
	void scheduled(DueSchedule schedule);

	/** Notes that a run of a schedule has failed. */
	void scheduleFailed(Throwable cause);

	/** Returns the connections of all instances. */
	ConnectionIndex members();

	/** Returns what passes events of instances to listeners. */
	EventTaps taps();

}
