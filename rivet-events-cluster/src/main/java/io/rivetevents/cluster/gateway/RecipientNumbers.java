/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.gateway;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * The lists of connections that a gateway remembers, at the node of their actors. A
 * broadcast usually has the same recipients as the one before: the gateway receives their
 * ids once, and then the number of the list. Not safe for use by several threads.
 */
final class RecipientNumbers {

	/** A single connection is sent as it is. */
	static final int MIN_SIZE = 2;

	/** Most lists. */
	static final int MAX_LISTS = 1024;

	/** Most ids of all lists, of which the gateway keeps about 100 bytes each. */
	static final int MAX_IDS = 65_536;

	private final AtomicLong last;

	private final Map<List<String>, Recipients> lists = new HashMap<>();

	private int ids;

	/** The lowest number of the lists. */
	private long first;

	/**
	 * Connections that the gateway remembers.
	 */
	static final class Recipients {

		private final long number;

		/** What the gateway's connections were at when all of these were open. */
		private int checked;

		private Recipients(long number, int checked) {
			this.number = number;
			this.checked = checked;
		}

		long number() {
			return this.number;
		}

		boolean isChecked(int changes) {
			return this.checked == changes;
		}

		void checked(int changes) {
			this.checked = changes;
		}

	}

	/**
	 * Creates an empty table.
	 * @param last the last number of a list for any gateway
	 */
	RecipientNumbers(AtomicLong last) {
		this.last = last;
	}

	/** Returns a list that the gateway remembers, {@code null} if it does not. */
	@Nullable Recipients find(List<String> connectionIds) {
		return this.lists.get(connectionIds);
	}

	/**
	 * Returns the number for a list that the gateway is going to remember, 0 if it is too
	 * long. All others may be removed for it: {@link #first()} is that number then.
	 */
	long next(List<String> connectionIds) {
		if (connectionIds.size() > MAX_IDS) {
			return 0;
		}
		if (this.lists.size() == MAX_LISTS || this.ids + connectionIds.size() > MAX_IDS) {
			clear();
		}
		long number = this.last.incrementAndGet();
		if (this.lists.isEmpty()) {
			this.first = number;
		}
		return number;
	}

	/** Returns the lowest number that the gateway has to remember. */
	long first() {
		return this.first;
	}

	/**
	 * Adds a list that was sent to the gateway.
	 * @param connectionIds ids of the connections
	 * @param number its number
	 * @param changes state of the gateway's connections in which all of these are open
	 */
	void add(List<String> connectionIds, long number, int changes) {
		this.lists.put(List.copyOf(connectionIds), new Recipients(number, changes));
		this.ids += connectionIds.size();
	}

	/** Removes the lists, as the gateway does when its session ends. */
	void clear() {
		this.lists.clear();
		this.ids = 0;
	}

}
