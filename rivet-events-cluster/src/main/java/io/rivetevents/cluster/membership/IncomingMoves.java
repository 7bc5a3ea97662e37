/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.membership;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The nodes that may still have instances which belong on this node by now: one that has
 * joined this node in a view, or is about to stop. Each reports when its last instance
 * has moved, which may take as long as a turn. Safe for use by several threads.
 */
final class IncomingMoves {

	/** Time for the moves of a node of an older version, which reports nothing. */
	static final Duration UNREPORTED = Duration.ofSeconds(30);

	private final Map<String, Expected> expected = new ConcurrentHashMap<>();

	/** Nodes of an older version. */
	private final Set<String> silent = ConcurrentHashMap.newKeySet();

	/**
	 * What a node may have.
	 *
	 * @param view number of the view after which it moves what it has
	 * @param since time of that view in nanoseconds
	 */
	private record Expected(long view, long since) {
	}

	/** Expects instances of a node. */
	void expect(String node, long view, long now) {
		this.expected.put(node, new Expected(view, now));
	}

	/** Notes whether a node reports the end of its moves. */
	void reports(String node, boolean reports) {
		if (reports) {
			this.silent.remove(node);
		}
		else {
			this.silent.add(node);
		}
	}

	/** Notes that a node has moved what it had to move in a view. */
	void ended(String node, long view) {
		this.expected.computeIfPresent(node, (name, each) -> (each.view() <= view) ? null : each);
	}

	/** Removes the nodes that are not in the view. */
	void retain(Set<String> nodes) {
		this.expected.keySet().retainAll(nodes);
		this.silent.retainAll(nodes);
	}

	/** Returns whether any node may have instances of this one. */
	boolean areExpected(long now) {
		if (this.expected.isEmpty()) {
			return false;
		}
		this.expected.entrySet()
			.removeIf((each) -> this.silent.contains(each.getKey())
					&& now - each.getValue().since() >= UNREPORTED.toNanos());
		return !this.expected.isEmpty();
	}

}
