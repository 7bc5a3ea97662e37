/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.membership;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

import io.rivetevents.cluster.engine.ClusterView;

/**
 * Decides whether the nodes of a view are the smaller part of those that were connected.
 * Nodes that are lost within a few seconds count together, since a network that fails is
 * noticed node by node. Not safe for use by several threads.
 */
final class Losses {

	/** Losses within this time count together, in nanoseconds. */
	private static final long TOGETHER = Duration.ofSeconds(5).toNanos();

	/** The nodes before the first of these losses. */
	private final Set<String> whole = new HashSet<>();

	/** Time of the first of these losses, in nanoseconds. */
	private long since;

	/**
	 * Notes a view that has no new node.
	 * @param before the nodes of the previous view
	 * @param view the view
	 * @param now the time in nanoseconds
	 * @return whether strictly fewer than half of the nodes are left
	 */
	boolean leaveSmallerPart(Set<String> before, ClusterView view, long now) {
		if (this.whole.isEmpty() || now - this.since > TOGETHER) {
			this.whole.clear();
			this.whole.addAll(before);
			this.since = now;
		}
		this.whole.removeAll(view.departed());
		return 2 * view.nodes().size() < this.whole.size();
	}

	/** Removes the losses: the nodes of the present view are the whole. */
	void clear() {
		this.whole.clear();
	}

}
