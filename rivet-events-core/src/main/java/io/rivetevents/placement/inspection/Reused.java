/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The last result of reading all instances of a node. If there are many, it is reused for
 * twenty times as long as it took to read them, so that viewers take at most a twentieth
 * of one processor. Safe for use by several threads.
 *
 * @param <K> what distinguishes results
 * @param <T> the result
 */
final class Reused<K, T> {

	/** Least instances for which results are reused. */
	private static final int MANY = 2000;

	private static final int FACTOR = 20;

	private final LongSupplier nanos;

	private @Nullable Result<K, T> last;

	private record Result<K, T>(K key, T value, long end) {
	}

	Reused(LongSupplier nanos) {
		this.nanos = nanos;
	}

	/**
	 * Returns a result.
	 * @param key what it is about
	 * @param instances number of instances that are read
	 * @param reads reads them, one thread at a time
	 */
	T get(K key, int instances, Supplier<T> reads) {
		return (instances < MANY) ? reads.get() : reuse(key, reads);
	}

	private synchronized T reuse(K key, Supplier<T> reads) {
		Result<K, T> last = this.last;
		long start = this.nanos.getAsLong();
		if (last != null && last.key().equals(key) && last.end() - start > 0) {
			return last.value();
		}
		T value = reads.get();
		long now = this.nanos.getAsLong();
		this.last = new Result<>(key, value, now + FACTOR * (now - start));
		return value;
	}

}
