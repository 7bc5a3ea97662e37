/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.event;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.stream.ActorConnections;
import io.rivetevents.connection.Receipt;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.delivery.dispatch.Dispatcher;
import io.rivetevents.explain.Sending;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.observation.TracedWork;
import io.rivetevents.observation.Tracing;

/**
 * Sends events to the connections of one instance, with the settings that its actor
 * declares. Thread-safe.
 */
public final class InstanceEvents implements Dispatcher {

	private final ActorType type;

	private final ActorConnections connections;

	private final Tracing tracing;

	private final @Nullable ClientUsage payer;

	/**
	 * Creates the dispatcher.
	 * @param type declares the events
	 * @param connections connections of the instance
	 * @param tracing traces the events
	 */
	public InstanceEvents(ActorType type, ActorConnections connections, Tracing tracing) {
		this(type, connections, tracing, null);
	}

	private InstanceEvents(ActorType type, ActorConnections connections, Tracing tracing, @Nullable ClientUsage payer) {
		this.type = type;
		this.connections = connections;
		this.tracing = tracing;
		this.payer = payer;
	}

	/**
	 * Returns a dispatcher that counts the deliveries of its events for a client.
	 */
	public InstanceEvents paidBy(ClientUsage payer) {
		return new InstanceEvents(this.type, this.connections, this.tracing, payer);
	}

	/**
	 * Sends an event to connections.
	 * @throws IllegalArgumentException if the contract is strict and does not declare the
	 * event
	 */
	@Override
	public Receipt dispatch(AddressedEvent dispatch) {
		ActorType.EventSettings event = event(dispatch);
		Receipt receipt = this.connections.stream()
			.dispatch(event.droppable() ? dispatch.asDroppable() : dispatch, event.history());
		if (this.payer != null) {
			count(receipt, this.payer);
		}
		return receipt;
	}

	/** An event may be held back until a commit: only then its deliveries are known. */
	private static void count(Receipt receipt, ClientUsage payer) {
		if (receipt.isDone()) {
			payer.deliver(receipt.targeted());
			return;
		}
		receipt.whenDone().subscribe((done) -> payer.deliver(done.targeted()), (ex) -> {
			// reported by the receipt; nothing was delivered
		});
	}

	@Override
	public List<DeclaredType> argumentsOf(String event) {
		return argumentsOf(this.type, event);
	}

	/** Returns the types of the arguments that an actor declares for an event. */
	public static List<DeclaredType> argumentsOf(ActorType type, String event) {
		ActorType.EventSettings known = type.event(event);
		return (known != null) ? known.arguments() : List.of();
	}

	@Override
	public void check(AddressedEvent dispatch) {
		if (!event(dispatch).droppable()) {
			this.connections.stream().check(dispatch);
		}
	}

	@Override
	public TracedWork trace(String event) {
		return this.tracing.broadcast(this.type.name(), event);
	}

	@Override
	public @Nullable Sending recordHeld(String event) {
		return this.connections.recordHeld(event);
	}

	private ActorType.EventSettings event(AddressedEvent dispatch) {
		ActorType.EventSettings event = this.type.event(dispatch.event());
		if (event == null) {
			throw new IllegalArgumentException("Actor %s is strict and does not declare the event `%s`"
				.formatted(this.type.name(), dispatch.event()));
		}
		return event;
	}

}
