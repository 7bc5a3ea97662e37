/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * The owners that use most of each limit. Not safe for use by several threads.
 */
final class LargestUses {

	private static final Comparator<LimitUse> BY_USE = Comparator.comparingLong(LimitUse::used);

	private final Map<Limit, PriorityQueue<LimitUse>> byLimit = new EnumMap<>(Limit.class);

	private final int most;

	/**
	 * Creates an empty list.
	 * @param most most owners of each limit
	 */
	LargestUses(int most) {
		this.most = most;
	}

	void add(LimitUse use) {
		if (use.used() <= 0) {
			return;
		}
		PriorityQueue<LimitUse> largest = this.byLimit.computeIfAbsent(use.limit(),
				(limit) -> new PriorityQueue<>(BY_USE));
		largest.add(use);
		if (largest.size() > this.most) {
			largest.remove();
		}
	}

	/**
	 * Returns them in the order of the limits, and the largest of each limit first.
	 */
	List<LimitUse> list() {
		return this.byLimit.values().stream().flatMap((largest) -> largest.stream().sorted(BY_USE.reversed())).toList();
	}

}
