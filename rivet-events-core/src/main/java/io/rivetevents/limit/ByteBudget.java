/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that all clients of a node may use together for one purpose. Safe for use by
 * several threads.
 */
public final class ByteBudget {

	private final Limit limit;

	private final long max;

	private final LimitHits hits;

	private final AtomicLong used = new AtomicLong();

	ByteBudget(Limit limit, long max, LimitHits hits) {
		this.limit = limit;
		this.max = max;
		this.hits = hits;
	}

	/**
	 * Acquires bytes if they are available; otherwise counts a rejection.
	 * @return whether they were acquired
	 */
	public boolean tryAcquire(long bytes) {
		if (this.used.addAndGet(bytes) <= this.max) {
			return true;
		}
		this.used.addAndGet(-bytes);
		this.hits.add(this.limit);
		return false;
	}

	/**
	 * Acquires bytes even if they exceed the limit.
	 * @return whether the total is within the limit
	 */
	public boolean acquire(long bytes) {
		return this.used.addAndGet(bytes) <= this.max;
	}

	/**
	 * Releases bytes.
	 */
	public void release(long bytes) {
		this.used.addAndGet(-bytes);
	}

	/**
	 * Counts something that was rejected, dropped or closed because of this limit.
	 */
	public void hit() {
		this.hits.add(this.limit);
	}

	/**
	 * Returns whether the total exceeds the limit.
	 */
	public boolean isExceeded() {
		return this.used.get() > this.max;
	}

	/**
	 * Returns whether the total exceeds a part of the limit.
	 * @param eighths the part, in eighths
	 */
	public boolean isBeyond(int eighths) {
		return this.used.get() > this.max / 8 * eighths;
	}

	/**
	 * Returns the limit that bounds it.
	 */
	public Limit limit() {
		return this.limit;
	}

	/**
	 * Returns the number of acquired bytes.
	 */
	public long used() {
		return this.used.get();
	}

	/**
	 * Returns the limit in bytes.
	 */
	public long max() {
		return this.max;
	}

}
