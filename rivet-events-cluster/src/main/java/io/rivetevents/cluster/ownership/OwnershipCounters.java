/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.ownership;

import java.util.concurrent.atomic.LongAdder;

/**
 * How many instances were taken from other nodes, or were lost to them, since the start.
 * Safe for use by several threads.
 */
public final class OwnershipCounters {

	private final LongAdder taken = new LongAdder();

	private final LongAdder released = new LongAdder();

	private final LongAdder handedOver = new LongAdder();

	private final LongAdder notHandedOver = new LongAdder();

	private final LongAdder fenced = new LongAdder();

	private final LongAdder refused = new LongAdder();

	OwnershipCounters() {
	}

	void countTaken() {
		this.taken.increment();
	}

	void countFenced() {
		this.fenced.increment();
	}

	void countRefused() {
		this.refused.increment();
	}

	/**
	 * Counts instances that are no longer in memory because they belong on other nodes.
	 */
	public void countReleased(long instances) {
		this.released.add(instances);
	}

	void countHandedOver() {
		this.handedOver.increment();
	}

	void countNotHandedOver(long instances) {
		this.notHandedOver.add(instances);
	}

	/**
	 * Returns the number of released instances that have passed on the positions of their
	 * events.
	 */
	public long handedOver() {
		return this.handedOver.sum();
	}

	/**
	 * Returns the number of instances that were not released before this node has
	 * stopped.
	 */
	public long notHandedOver() {
		return this.notHandedOver.sum();
	}

	/** Returns the number of instances that another node has had before. */
	public long taken() {
		return this.taken.sum();
	}

	/** Returns the number of instances that were released for another node. */
	public long released() {
		return this.released.sum();
	}

	/** Returns the number of instances that have ended after another node has saved. */
	public long fenced() {
		return this.fenced.sum();
	}

	/** Returns the number of instances that the store has not let this node start. */
	public long refused() {
		return this.refused.sum();
	}

}
