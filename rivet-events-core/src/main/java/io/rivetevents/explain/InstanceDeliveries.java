/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.explain;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.protocol.Position;

/**
 * Records what happens to the events of one instance, or to those that are sent to the
 * connections of all actors. Safe for use by several threads.
 */
public final class InstanceDeliveries {

	private final DeliveryRecorder log;

	private final @Nullable ActorAddress actor;

	InstanceDeliveries(DeliveryRecorder log, @Nullable ActorAddress actor) {
		this.log = log;
		this.actor = actor;
	}

	/**
	 * Records an event that has no position yet.
	 * @param event its name
	 */
	public Sending begin(String event) {
		return this.log.begin(this.actor, event);
	}

	/**
	 * Returns the record of an event, which begins unless it was held back before.
	 * @param event its name
	 * @param position its position
	 */
	public Sending at(String event, Position position) {
		Sending present = this.log.find(position);
		if (present != null) {
			return present;
		}
		Sending sending = begin(event);
		sending.at(position);
		return sending;
	}

	/**
	 * Returns the recorded events after a position.
	 */
	public List<Sending> after(Position position) {
		return this.log.after(instance(), position);
	}

	/**
	 * Records that a subscription was refused.
	 * @param connectionId id of the connection
	 * @param user name of its user, {@code null} if it is anonymous
	 * @param event name of the event
	 * @param code the error that the client has received
	 */
	public void refused(String connectionId, @Nullable String user, String event, String code) {
		this.log.refused(instance(), connectionId, user, event, code);
	}

	/**
	 * Records that a connection has subscribed.
	 * @param connectionId id of the connection
	 * @param event name of the event
	 */
	public void allowed(String connectionId, String event) {
		this.log.allowed(connectionId, event);
	}

	/**
	 * Returns the error with which the subscription of a connection was refused,
	 * {@code null} if it was not.
	 * @param connectionId id of the connection
	 * @param event name of the event
	 */
	public @Nullable String refusal(String connectionId, String event) {
		return this.log.refusal(connectionId, event);
	}

	private ActorAddress instance() {
		return Objects.requireNonNull(this.actor, "The connections of all actors have no stream");
	}

}
