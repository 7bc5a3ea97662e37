/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * An amount a second, with a burst. It is kept as the time at which the whole burst is
 * available again. An amount that is larger than the burst can be taken when the whole
 * burst is available, which it then is later. Safe for use by several threads.
 */
final class Rate {

	static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	/** Longest time for which what was charged can reject calls. */
	private static final long LONGEST_DEBT = TimeUnit.HOURS.toNanos(1);

	private final Limit limit;

	private final long perSecond;

	private final long burstNanos;

	private final AtomicLong fullAt;

	/**
	 * Creates a rate whose burst is available.
	 * @param limit its limit
	 * @param perSecond most that is taken in a second, at least 1
	 * @param burstNanos size of the burst, as the time in which it refills
	 * @param now the time in nanoseconds
	 */
	Rate(Limit limit, long perSecond, long burstNanos, long now) {
		this.limit = limit;
		this.perSecond = perSecond;
		this.burstNanos = burstNanos;
		this.fullAt = new AtomicLong(now);
	}

	/** Returns the time in which an amount refills. */
	private long nanos(int amount) {
		return Math.max(amount * SECOND / this.perSecond, 1);
	}

	/**
	 * Takes an amount.
	 * @param amount the amount
	 * @param bursts how many bursts may be in use afterwards
	 * @param now the time in nanoseconds
	 * @return the excess, in which case nothing is taken; {@code null} if none
	 */
	@Nullable RateExcess take(int amount, int bursts, long now) {
		return takeNanos(nanos(amount), bursts, now);
	}

	/**
	 * Takes an amount, given as the time in which it refills.
	 * @see #take(int, int, long)
	 */
	@Nullable RateExcess takeNanos(long nanos, int bursts, long now) {
		long most = bursts * this.burstNanos - Math.min(nanos, this.burstNanos);
		while (true) {
			long fullAt = this.fullAt.get();
			long used = Math.max(fullAt - now, 0);
			if (used > most) {
				return new RateExcess(this.limit, this.perSecond, nanos, Duration.ofNanos(used - most));
			}
			if (this.fullAt.compareAndSet(fullAt, now + used + nanos)) {
				return null;
			}
		}
	}

	/**
	 * Takes an amount, also beyond the burst.
	 * @see #debt(long)
	 */
	void charge(int amount, long now) {
		long nanos = nanos(amount);
		this.fullAt.updateAndGet(
				(fullAt) -> now + Math.min(Math.max(fullAt - now, 0) + nanos, this.burstNanos + LONGEST_DEBT));
	}

	/**
	 * Returns the excess if more than the burst has been {@linkplain #charge charged},
	 * {@code null} otherwise.
	 */
	@Nullable RateExcess debt(long now) {
		long debt = this.fullAt.get() - now - this.burstNanos;
		return (debt > 0) ? new RateExcess(this.limit, this.perSecond, nanos(1), Duration.ofNanos(debt)) : null;
	}

	/**
	 * Returns what is missing from the burst.
	 * @param owner its owner, {@code null} for the node
	 * @param now the time in nanoseconds
	 */
	LimitUse use(@Nullable String owner, long now) {
		double seconds = (double) Math.max(this.fullAt.get() - now, 0) / SECOND;
		return new LimitUse(this.limit, owner, Math.round(seconds * this.perSecond), this.perSecond);
	}

	/** Returns whether the whole burst is available. */
	boolean isFull(long now) {
		return this.fullAt.get() - now <= 0;
	}

	/** Takes back an amount that was taken. */
	void giveBack(int amount) {
		this.fullAt.addAndGet(-nanos(amount));
	}

}
