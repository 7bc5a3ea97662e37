/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.schedules;

import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

import org.springframework.stereotype.Component;

/**
 * The times of runs. Safe for use by several threads.
 */
@Component
class Rings {

	private static final int MAX = 1_000_000;

	private final AtomicLongArray millis = new AtomicLongArray(MAX);

	private final AtomicInteger count = new AtomicInteger();

	/** Notes a run. */
	void add() {
		this.millis.set(this.count.getAndIncrement(), System.currentTimeMillis());
	}

	int count() {
		return this.count.get();
	}

	/** Returns the delays of all runs in milliseconds, sorted. */
	long[] delays(Instant due) {
		long[] delays = IntStream.range(0, count()).mapToLong((i) -> this.millis.get(i) - due.toEpochMilli()).toArray();
		Arrays.sort(delays);
		return delays;
	}

}
