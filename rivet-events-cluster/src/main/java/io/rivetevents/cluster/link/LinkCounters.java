/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.concurrent.atomic.LongAdder;

/**
 * How many clients of this node were connected to their actor again since the start. Safe
 * for use by several threads.
 */
public final class LinkCounters {

	private final LongAdder reconnected = new LongAdder();

	private final LongAdder resynced = new LongAdder();

	LinkCounters() {
	}

	void countReconnected() {
		this.reconnected.increment();
	}

	void countResynced() {
		this.resynced.increment();
	}

	/** Returns the number of clients that were connected again. */
	public long reconnected() {
		return this.reconnected.sum();
	}

	/** Returns how many of them have missed events. */
	public long resynced() {
		return this.resynced.sum();
	}

}
