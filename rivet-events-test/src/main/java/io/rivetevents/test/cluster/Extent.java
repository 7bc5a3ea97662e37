/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.time.Duration;

/**
 * How much a run of the tests does.
 *
 * @param kills number of kills of an owner
 * @param pauses number of long pauses of an owner
 * @param shortPauses number of short pauses of an owner, less than the failure timeout
 * @param starts number of starts of all nodes at one moment
 * @param restarts number of restarts of all nodes, one after the other
 * @param pause length of a long pause, longer than the failure timeout
 * @param cut length of a partition, longer than the failure timeout
 * @param clients number of clients of each instance
 */
record Extent(int kills, int pauses, int shortPauses, int starts, int restarts, Duration pause, Duration cut,
		int clients) {

	private static final Extent SHORT = new Extent(2, 1, 1, 1, 1, Duration.ofSeconds(6), Duration.ofSeconds(8), 9);

	private static final Extent WHOLE = new Extent(30, 10, 20, 20, 5, Duration.ofSeconds(20), Duration.ofSeconds(15),
			60);

	/** Returns what the system properties choose. */
	static Extent chosen() {
		return Boolean.getBoolean(AbstractClusterTests.WHOLE) ? WHOLE : SHORT;
	}

	boolean isWhole() {
		return this == WHOLE;
	}

}
