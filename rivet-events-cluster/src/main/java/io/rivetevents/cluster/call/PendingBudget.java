/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.call;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Number and memory of the pending requests. Safe for use by several threads.
 */
final class PendingBudget {

	private final CallSettings settings;

	private final AtomicInteger count = new AtomicInteger();

	private final AtomicLong bytes = new AtomicLong();

	/**
	 * Creates a budget of which nothing is used.
	 * @param settings the limits
	 */
	PendingBudget(CallSettings settings) {
		this.settings = settings;
	}

	/**
	 * Adds a request if there is room for it.
	 * @param weight its memory in bytes
	 * @return whether it was added
	 */
	boolean tryAcquire(long weight) {
		boolean fits = this.count.incrementAndGet() <= this.settings.maxPending()
				& this.bytes.addAndGet(weight) <= this.settings.maxPendingBytes();
		if (!fits) {
			release(weight);
		}
		return fits;
	}

	/** Removes a request. */
	void release(long weight) {
		this.count.decrementAndGet();
		this.bytes.addAndGet(-weight);
	}

	/** Returns the number of pending requests. */
	int count() {
		return this.count.get();
	}

}
