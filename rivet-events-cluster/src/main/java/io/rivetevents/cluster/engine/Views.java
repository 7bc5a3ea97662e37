/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The sequence of views, and which nodes have said goodbye. Not safe for use by several
 * threads.
 */
final class Views {

	private @Nullable ClusterView last;

	private final Set<String> goodbyes = new HashSet<>();

	/** Remembers that a node is about to leave. */
	void goodbye(String node) {
		this.goodbyes.add(node);
	}

	/**
	 * Returns the next view, {@code null} if it is not newer than the last one.
	 * @param number number of the view
	 * @param nodes names of the nodes, the coordinator first
	 * @param merged whether it joins nodes that were apart
	 * @param addresses the known addresses of the nodes
	 */
	@Nullable Change next(long number, List<String> nodes, boolean merged, Map<String, String> addresses) {
		ClusterView before = this.last;
		if (before != null && number <= before.number()) {
			return null;
		}
		List<String> previous = (before != null) ? before.nodes() : List.of();
		Set<String> left = without(previous, nodes);
		Set<String> departed = new HashSet<>(left);
		departed.retainAll(this.goodbyes);
		this.goodbyes.retainAll(nodes);
		ClusterView view = new ClusterView(number, nodes, departed, merged, addresses(before, addresses));
		this.last = view;
		return new Change(view, without(nodes, previous), left);
	}

	/** An address stays known until the view without its node. */
	private static Map<String, String> addresses(@Nullable ClusterView before, Map<String, String> found) {
		Map<String, String> known = new HashMap<>();
		if (before != null) {
			known.putAll(before.addresses());
			known.keySet().retainAll(before.nodes());
		}
		known.putAll(found);
		return known;
	}

	private static Set<String> without(List<String> nodes, List<String> others) {
		Set<String> remaining = new LinkedHashSet<>(nodes);
		others.forEach(remaining::remove);
		return remaining;
	}

	/**
	 * A view and what has changed.
	 *
	 * @param view the view
	 * @param joined names of the nodes that the last view did not have
	 * @param left names of the nodes that only the last view had, for whatever reason
	 */
	record Change(ClusterView view, Set<String> joined, Set<String> left) {
	}

}
