/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The last results of reading all instances of a node. If there are many, results are
 * reused for twenty times as long as it takes to read all of them, so that viewers take
 * at most a twentieth of one processor. Safe for use by several threads.
 *
 * @param <K> what distinguishes results
 * @param <T> the result
 */
final class Reused<K, T> {

	/** Most results that are kept: those that were used last. */
	static final int MAX_RESULTS = 64;

	/** Least instances for which results are reused. */
	private static final int MANY = 2000;

	private static final int FACTOR = 20;

	private final LongSupplier nanos;

	/** Results by their keys, in the order of their use. */
	private final Map<K, Result<T>> results = new LinkedHashMap<>(16, 0.75f, true);

	/**
	 * A result.
	 *
	 * @param took nanoseconds of its reading
	 * @param end when it is read again if it is used
	 * @param unused when it is removed if it was not used
	 */
	private record Result<T>(T value, long took, long end, long unused) {
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
		Result<T> last = this.results.get(key);
		long start = this.nanos.getAsLong();
		if (last != null && last.end() - start > 0) {
			return last.value();
		}
		T value = reads.get();
		keep(key, value, start, this.nanos.getAsLong());
		return value;
	}

	private void keep(K key, T value, long start, long now) {
		this.results.remove(key);
		this.results.values().removeIf((result) -> result.unused() - now <= 0);
		if (this.results.size() == MAX_RESULTS) {
			this.results.remove(this.results.keySet().iterator().next());
		}
		long took = now - start;
		long all = took + this.results.values().stream().mapToLong(Result::took).sum();
		this.results.put(key, new Result<>(value, took, now + FACTOR * all, now + 2 * FACTOR * all));
	}

}
