/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.membership;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;

/**
 * The owners of addresses before the last changes: an instance may still be on its way
 * from one of them. Safe for use by several threads.
 */
final class EarlierOwners {

	/** Time after a change in which instances move. */
	static final Duration LONGEST = Duration.ofSeconds(30);

	/** Most changes that are kept; the oldest are dropped. */
	private static final int MAX = 16;

	private final Deque<Earlier> earlier = new ArrayDeque<>();

	private volatile boolean empty = true;

	/** A placement and its end, in nanoseconds. */
	private record Earlier(Placement placement, long end) {
	}

	/** Adds a placement that has ended, {@code null} if there was none. */
	synchronized void add(@Nullable Placement placement, long now) {
		removeOld(now);
		if (placement != null) {
			this.earlier.add(new Earlier(placement, now));
		}
		if (this.earlier.size() > MAX) {
			this.earlier.remove();
		}
		this.empty = this.earlier.isEmpty();
	}

	/**
	 * Returns whether one of some nodes has owned an address before.
	 * @param address the address
	 * @param self name of a node that does not count
	 * @param nodes names of the nodes
	 * @param now the time in nanoseconds
	 */
	boolean contain(ActorAddress address, String self, Set<String> nodes, long now) {
		return !this.empty && find(address, self, nodes, now);
	}

	private synchronized boolean find(ActorAddress address, String self, Set<String> nodes, long now) {
		removeOld(now);
		this.empty = this.earlier.isEmpty();
		return this.earlier.stream()
			.map((each) -> each.placement().owner(address))
			.anyMatch((owner) -> !owner.equals(self) && nodes.contains(owner));
	}

	private void removeOld(long now) {
		this.earlier.removeIf((each) -> now - each.end() >= LONGEST.toNanos());
	}

}
