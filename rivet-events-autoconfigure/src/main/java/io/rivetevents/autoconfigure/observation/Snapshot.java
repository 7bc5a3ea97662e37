/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Clock;
import org.jspecify.annotations.Nullable;

/**
 * A value that takes long to compute and that several gauges read: it is computed at most
 * once a second. Safe for use by several threads.
 *
 * @param <T> type of the value
 */
final class Snapshot<T> {

	private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final Supplier<T> source;

	private final Clock clock;

	private @Nullable T value;

	private long takenAt;

	/**
	 * Creates a snapshot that is not taken yet.
	 * @param source computes the value
	 * @param clock clock of the registry
	 */
	Snapshot(Supplier<T> source, Clock clock) {
		this.source = source;
		this.clock = clock;
	}

	/** Returns the value of at most a second ago. */
	synchronized T get() {
		long now = this.clock.monotonicTime();
		T known = this.value;
		if (known == null || now - this.takenAt >= PERIOD_NANOS) {
			known = this.source.get();
			this.value = known;
			this.takenAt = now;
		}
		return known;
	}

}
