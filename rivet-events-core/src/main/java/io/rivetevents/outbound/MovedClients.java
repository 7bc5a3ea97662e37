/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.ToServer;

/**
 * The clients of an instance that leaves its node for another one, until it has left. The
 * messages that have not begun are returned to them in their order: first those that wait
 * in the mailbox, then those that arrive in the meantime, which are kept until then. Safe
 * for use by several threads.
 */
public final class MovedClients {

	/** Most bytes of messages that are kept. */
	private static final long MAX_BYTES = 1024 * 1024;

	/** By the ids of their connections, in the order in which they have moved. */
	private final Map<String, MovedClient> clients = new LinkedHashMap<>(0);

	private final List<Late> late = new ArrayList<>(0);

	private long bytes;

	/** Whether the instance has left: nothing is kept any more. */
	private boolean left;

	private record Late(MovedClient client, ToServer message) {
	}

	/**
	 * Adds a client, before its connection is removed from the instance.
	 * @param connectionId id of the connection
	 * @param client the client
	 */
	public synchronized void add(String connectionId, MovedClient client) {
		this.clients.put(connectionId, client);
	}

	/** Returns whether connections have moved. */
	public synchronized boolean isNeeded() {
		return !this.clients.isEmpty();
	}

	/** Returns whether the connection has moved. */
	public synchronized boolean has(String connectionId) {
		return this.clients.containsKey(connectionId);
	}

	/**
	 * Keeps a message that has arrived after its connection has moved, or returns it if
	 * the instance has left. If there is no room, the connection is closed with
	 * {@code actor.overloaded}.
	 * @return whether the connection has moved
	 */
	public synchronized boolean keep(String connectionId, ToServer message) {
		MovedClient client = this.clients.get(connectionId);
		if (client == null) {
			return false;
		}
		if (this.left) {
			client.giveBack(message);
			return true;
		}
		long weight = MessageWeight.of(message);
		if (this.bytes + weight > MAX_BYTES) {
			this.clients.remove(connectionId);
			client.end(CloseReason.of(ErrorCode.OVERLOADED));
			return true;
		}
		this.bytes += weight;
		this.late.add(new Late(client, message));
		return true;
	}

	/**
	 * Returns a message whose turn has come.
	 * @return whether the connection has moved
	 */
	public synchronized boolean giveBack(String connectionId, ToServer message) {
		MovedClient client = this.clients.get(connectionId);
		if (client != null) {
			client.giveBack(message);
		}
		return client != null;
	}

	/**
	 * Returns the messages that were kept, and ends the connections.
	 * @param left whether the instance has left; otherwise it stays in memory, because it
	 * could not be saved
	 */
	public synchronized void end(boolean left) {
		if (this.left) {
			return;
		}
		this.late.forEach((each) -> each.client().giveBack(each.message()));
		this.late.clear();
		this.bytes = 0;
		this.clients.values().forEach((client) -> client.end(CloseReason.of(ErrorCode.RESTARTING)));
		this.left = left;
		if (!left) {
			this.clients.clear();
		}
	}

}
