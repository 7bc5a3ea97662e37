/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.time;

import reactor.core.Disposable;

/**
 * A task that waits in a {@link VirtualTime}, ordered by its time and then by the order
 * of scheduling.
 */
final class VirtualTask implements Comparable<VirtualTask>, Disposable {

	private final VirtualTime owner;

	private final Runnable work;

	private final long period;

	private long time;

	private long order;

	private volatile boolean disposed;

	VirtualTask(VirtualTime owner, Runnable work, long time, long period, long order) {
		this.owner = owner;
		this.work = work;
		this.time = time;
		this.period = period;
		this.order = order;
	}

	/** Returns when it is due, in nanoseconds since the start of its time. */
	long time() {
		return this.time;
	}

	boolean isPeriodic() {
		return this.period > 0;
	}

	/** Moves a periodic task, which waits in no queue meanwhile, to its next time. */
	void moveBy(long order) {
		long next = this.time + this.period;
		this.time = (next < 0) ? Long.MAX_VALUE : next;
		this.order = order;
	}

	void run() {
		if (this.disposed) {
			return;
		}
		if (isPeriodic()) {
			this.owner.repeat(this);
		}
		else {
			this.disposed = true;
		}
		this.work.run();
	}

	@Override
	public void dispose() {
		this.disposed = true;
		this.owner.remove(this);
	}

	@Override
	public boolean isDisposed() {
		return this.disposed;
	}

	@Override
	public int compareTo(VirtualTask other) {
		int byTime = Long.compare(this.time, other.time);
		return (byTime != 0) ? byTime : Long.compare(this.order, other.order);
	}

}
