/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.hibernation;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionScope;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The open connections of an instance that sleeps: all that its node keeps of it. Safe
 * for use by several threads.
 *
 * @param actorId id of the instance
 * @param generation its generation before the sleep: another one has been in memory since
 * if a different one is stored
 * @param position position of its last event
 * @param connections its connections by id
 */
public record SleepingConnections(String actorId, long generation, Position position,
		Map<String, ActorConnection> connections) {

	public SleepingConnections {
		connections = Collections.unmodifiableMap(new LinkedHashMap<>(connections)); // in
																						// a
																						// fixed
																						// order
	}

	/**
	 * Returns what another node continues with. What was recorded before the sleep is
	 * lost.
	 */
	public HandOver handOver() {
		return new HandOver(this.actorId, this.generation, this.position.epoch(), this.position.sequence(),
				new byte[0]);
	}

	/** Returns whether it has a connection. */
	public boolean contains(String connectionId) {
		return this.connections.containsKey(connectionId);
	}

	/**
	 * Sends the position of the last event to a client in the extended mode, which would
	 * reconnect without keep-alives. Does not wake the instance.
	 */
	public void keepAlive(String connectionId) {
		ActorConnection connection = this.connections.get(connectionId);
		if (connection != null) {
			keepAlive(connection);
		}
	}

	void keepAlive(ActorConnection connection) {
		if (connection.wasConnected() && connection.request().stream() != null) {
			connection.deliver(OutgoingMessage.of(new ToClient.KeepAlive(this.position)));
		}
	}

	/**
	 * Moves the connections, so that they no longer refer to an instance that has left
	 * memory.
	 * @param scope scope without an instance
	 */
	public void moveTo(ConnectionScope scope) {
		this.connections.values().forEach((connection) -> connection.moveTo(scope));
	}

}
