/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbox;

import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * Creates ids of rows: 12 hexadecimal digits of the time in milliseconds, 4 of a counter
 * and 16 random ones. Their order is that of their creation, also if the clock is set
 * back. Safe for use by several threads.
 */
final class RowIds {

	private static final int MAX_COUNT = 0xffff;

	private final LongSupplier random;

	private long millis;

	private int count;

	/**
	 * Creates a generator.
	 * @param random random numbers of 64 bits
	 */
	RowIds(LongSupplier random) {
		this.random = random;
	}

	synchronized String next(Instant now) {
		long present = now.toEpochMilli();
		if (present > this.millis) {
			this.millis = present;
			this.count = 0;
		}
		else if (this.count < MAX_COUNT) {
			this.count++;
		}
		else {
			this.millis++;
			this.count = 0;
		}
		return "%012x%04x%016x".formatted(this.millis, this.count, this.random.getAsLong());
	}

}
