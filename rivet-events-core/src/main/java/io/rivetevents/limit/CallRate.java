/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * A number of calls a second, with a burst. It is kept as the time at which the whole
 * burst is available again. Safe for use by several threads.
 */
final class CallRate {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final Limit limit;

	private final long perSecond;

	private final long nanosPerCall;

	private final long burstNanos;

	private final AtomicLong fullAt;

	/**
	 * Creates a rate whose burst is available.
	 * @param limit its limit
	 * @param perSecond most calls a second, at most one for each nanosecond
	 * @param burstSeconds size of the burst, as the time in which it refills
	 * @param now the time in nanoseconds
	 */
	CallRate(Limit limit, long perSecond, int burstSeconds, long now) {
		this.limit = limit;
		this.perSecond = perSecond;
		this.nanosPerCall = Math.max(SECOND / perSecond, 1);
		this.burstNanos = burstSeconds * SECOND;
		this.fullAt = new AtomicLong(now);
	}

	/**
	 * Returns a rate with a burst of one second.
	 * @param limit its limit
	 * @param perSecond most calls a second, 0 for any number
	 * @param clock returns the time in nanoseconds
	 * @return {@code null} if there is no rate
	 */
	static @Nullable CallRate of(Limit limit, int perSecond, LongSupplier clock) {
		return (perSecond > 0) ? new CallRate(limit, perSecond, 1, clock.getAsLong()) : null;
	}

	/**
	 * Counts a call.
	 * @param now the time in nanoseconds
	 * @return the excess, in which case the call does not count; {@code null} if none
	 */
	@Nullable RateExcess take(long now) {
		while (true) {
			long fullAt = this.fullAt.get();
			long used = Math.max(fullAt - now, 0) + this.nanosPerCall;
			if (used > this.burstNanos) {
				return new RateExcess(this.limit, this.perSecond, Duration.ofNanos(used - this.burstNanos));
			}
			if (this.fullAt.compareAndSet(fullAt, now + used)) {
				return null;
			}
		}
	}

	/** Returns whether the whole burst is available. */
	boolean isFull(long now) {
		return this.fullAt.get() - now <= 0;
	}

	/** Takes back a call that was counted. */
	void giveBack() {
		this.fullAt.addAndGet(-this.nanosPerCall);
	}

}
