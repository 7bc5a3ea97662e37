/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * Values of tickets in the memory of this node, until the tickets expire. Tickets expire
 * approximately in the order in which they are added. Safe for use by several threads.
 *
 * @param <V> type of the values
 */
final class TicketMemory<V> {

	private final Map<String, Entry<V>> entries = new LinkedHashMap<>();

	private final int max;

	private final InstantSource clock;

	/**
	 * Creates an empty memory.
	 * @param max maximum number of tickets that have not expired
	 * @param clock decides which tickets have expired
	 */
	TicketMemory(int max, InstantSource clock) {
		this.max = max;
		this.clock = clock;
	}

	/**
	 * Adds the value of a ticket, unless there is one.
	 * @param id id of the ticket
	 * @param value the value
	 * @param expiresAt when the ticket expires
	 * @return whether it was added
	 * @throws RivetException {@code actor.overloaded} if there are too many tickets
	 */
	synchronized boolean add(String id, V value, Instant expiresAt) {
		removeExpired();
		if (this.entries.containsKey(id)) {
			return false;
		}
		if (this.entries.size() >= this.max) {
			throw new RivetException(ErrorCode.OVERLOADED, "There are too many tickets.");
		}
		this.entries.put(id, new Entry<>(value, expiresAt));
		return true;
	}

	/**
	 * Sets a value. If there are too many, the oldest one is removed.
	 * @param id id of the value
	 * @param value the value
	 * @param expiresAt when it expires
	 */
	synchronized void set(String id, V value, Instant expiresAt) {
		removeExpired();
		this.entries.remove(id);
		Iterator<Entry<V>> oldest = this.entries.values().iterator();
		if (this.entries.size() >= this.max && oldest.hasNext()) {
			oldest.next();
			oldest.remove();
		}
		this.entries.put(id, new Entry<>(value, expiresAt));
	}

	/**
	 * Returns the value of a ticket.
	 * @param id id of the ticket
	 * @return {@code null} if there is none, or the ticket has expired
	 */
	synchronized @Nullable V get(String id) {
		removeExpired();
		Entry<V> entry = this.entries.get(id);
		return (entry != null) ? entry.value() : null;
	}

	private void removeExpired() {
		Instant now = this.clock.instant();
		Iterator<Entry<V>> oldest = this.entries.values().iterator();
		while (oldest.hasNext() && oldest.next().expiresAt().isBefore(now)) {
			oldest.remove();
		}
	}

	/** A value and when it is removed. */
	private record Entry<V>(V value, Instant expiresAt) {
	}

}
