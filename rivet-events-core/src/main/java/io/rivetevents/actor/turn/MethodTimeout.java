/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.turn;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Watches a method that runs on the current thread. Either the end of the method or the
 * timeout takes effect, whichever is first. The thread is interrupted only while the
 * method runs, never afterwards.
 */
public final class MethodTimeout {

	private static final int RUNNING = 0;

	private static final int EXPIRING = 1;

	private static final int EXPIRED = 2;

	private static final int ENDED = 3;

	private final AtomicInteger phase = new AtomicInteger(RUNNING);

	private final Thread thread = Thread.currentThread();

	private final long deadline;

	private final Runnable onTimeout;

	/**
	 * Watches the method that the current thread is about to call.
	 * @param deadline time in nanoseconds at which the method times out
	 * @param onTimeout called by the thread that detects the timeout
	 */
	public MethodTimeout(long deadline, Runnable onTimeout) {
		this.deadline = deadline;
		this.onTimeout = onTimeout;
	}

	/**
	 * Returns whether the method may still start. A timeout after this call interrupts
	 * the method.
	 */
	public boolean isInTime() {
		return this.phase.get() == RUNNING;
	}

	/**
	 * Interrupts the thread if the deadline has passed.
	 * @return whether the deadline has passed
	 */
	public boolean check(long now) {
		boolean late = now - this.deadline >= 0;
		if (late) {
			expire(this.onTimeout);
		}
		return late;
	}

	/** Returns the deadline in nanoseconds. */
	public long deadline() {
		return this.deadline;
	}

	/**
	 * Interrupts the thread if the method has not ended.
	 * @param onExpiry runs before the interrupt
	 * @return whether the method had not ended
	 */
	public boolean expire(Runnable onExpiry) {
		if (!this.phase.compareAndSet(RUNNING, EXPIRING)) {
			return false;
		}
		try {
			onExpiry.run();
			this.thread.interrupt();
		}
		finally {
			this.phase.set(EXPIRED);
		}
		return true;
	}

	/**
	 * Notes that the method has ended. May be called again.
	 * @return whether it ended before the timeout
	 */
	public boolean end() {
		if (this.phase.compareAndSet(RUNNING, ENDED) || this.phase.get() == ENDED) {
			return true;
		}
		// between the timeout and the interrupt: wait, or the next turn would be
		// interrupted
		while (this.phase.get() != EXPIRED) {
			Thread.onSpinWait();
		}
		Thread.interrupted();
		return false;
	}

}
