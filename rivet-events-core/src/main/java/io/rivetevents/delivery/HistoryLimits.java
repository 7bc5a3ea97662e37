/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.time.Duration;

/**
 * Limits of the recorded events of an instance, for clients that resume.
 *
 * @param maxEvents most events
 * @param maxBytes most bytes, as counted by {@link EventHistory}
 * @param maxAge longest time
 */
public record HistoryLimits(int maxEvents, long maxBytes, Duration maxAge) {

	/** Default values. */
	public static final HistoryLimits DEFAULTS = new HistoryLimits(1000, 1024 * 1024, Duration.ofMinutes(2));

	/**
	 * Returns whether nothing is recorded.
	 */
	public boolean isEmpty() {
		return this.maxEvents <= 0 || this.maxBytes <= 0 || this.maxAge.isNegative() || this.maxAge.isZero();
	}

}
