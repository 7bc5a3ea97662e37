/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.ownership;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.rivetevents.actor.ActorAddress;

/**
 * The instances of this node that another node has saved, until the view of this node
 * changes. If that takes longer than {@link #LONGEST}, the other node has left: a node
 * that is there is seen earlier. Safe for use by several threads.
 */
final class FencedAddresses {

	/** Longest time for which an address is remembered. */
	static final Duration LONGEST = Duration.ofSeconds(30);

	/** Most addresses; if there are more, all addresses count as fenced. */
	static final int MAX = 10_000;

	/** When each address is removed, in nanoseconds. */
	private final Map<ActorAddress, Long> ends = new HashMap<>();

	/** Whether there was no room for an address. */
	private boolean full;

	/** When {@link #full} ends, in nanoseconds. */
	private long fullUntil;

	private long view;

	/**
	 * Adds an address.
	 * @param address the address
	 * @param view number of the present view
	 * @param now the time in nanoseconds
	 */
	synchronized void add(ActorAddress address, long view, long now) {
		removeOld(view);
		long end = now + LONGEST.toNanos();
		if (this.ends.size() >= MAX) {
			this.ends.values().removeIf((other) -> other - now <= 0);
		}
		if (this.ends.size() < MAX || this.ends.containsKey(address)) {
			this.ends.put(address, end);
		}
		else {
			this.full = true;
			this.fullUntil = end;
		}
	}

	/**
	 * Returns whether an address is fenced.
	 * @param address the address
	 * @param view number of the present view
	 * @param now the time in nanoseconds
	 */
	synchronized boolean contains(ActorAddress address, long view, long now) {
		removeOld(view);
		Long end = this.ends.get(address);
		return (end != null && end - now > 0) || (this.full && this.fullUntil - now > 0);
	}

	private void removeOld(long view) {
		if (view != this.view) {
			this.view = view;
			this.ends.clear();
			this.full = false;
		}
	}

}
