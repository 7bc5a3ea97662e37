/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The shares of all principals, of all tenants or of all remote addresses that use
 * resources at the moment. Safe for use by several threads.
 */
final class Shares {

	/** Unused shares that may wait for the end of their rates. */
	private static final int UNUSED = 1000;

	private final Map<String, Share> byOwner = new ConcurrentHashMap<>();

	private final Share.Kind kind;

	private final LimitSettings.Share max;

	private final LimitSettings.Node node;

	private final Supplier<OwnerRates> rates;

	private final boolean rated;

	private final LongSupplier clock;

	private final LimitWarnings warnings;

	private volatile int sweepAt = UNUSED;

	/**
	 * Creates shares of a kind.
	 * @param kind kind of owners
	 * @param max limits of one owner
	 * @param node totals of the node
	 * @param rate most that one owner may use in a second
	 * @param clock returns the time in nanoseconds
	 * @param warnings receives a warning before a limit is reached
	 */
	Shares(Share.Kind kind, LimitSettings.Share max, LimitSettings.Node node, LimitSettings.Rate rate,
			LongSupplier clock, LimitWarnings warnings) {
		this.kind = kind;
		this.max = max;
		this.node = node;
		this.rated = !rate.equals(LimitSettings.Rate.NONE);
		this.rates = this.rated ? () -> new OwnerRates(rate, kind.rates(), clock.getAsLong()) : () -> OwnerRates.NONE;
		this.clock = clock;
		this.warnings = warnings;
	}

	/**
	 * Returns the share of an owner, which is kept until each hold is
	 * {@linkplain #release released}.
	 */
	Share hold(String owner) {
		if (this.rated && this.byOwner.size() > this.sweepAt) {
			sweep();
		}
		return Objects.requireNonNull(this.byOwner.compute(owner, (key, present) -> {
			Share share = (present != null) ? present
					: new Share(this.kind, key, this.max, this.node, this.rates.get(), this.warnings);
			share.hold();
			return share;
		}));
	}

	void release(String owner) {
		this.byOwner.computeIfPresent(owner, (key, share) -> {
			share.letGo();
			return isUnused(share) ? null : share;
		});
	}

	private boolean isUnused(Share share) {
		return share.isUnused(this.rated ? this.clock.getAsLong() : 0);
	}

	/**
	 * Removes the shares that were in use by their rates alone. Each time there may be
	 * twice as many as remain, so that the cost for each share is constant.
	 */
	private void sweep() {
		this.sweepAt = Integer.MAX_VALUE;
		for (String owner : this.byOwner.keySet()) {
			this.byOwner.computeIfPresent(owner, (key, share) -> isUnused(share) ? null : share);
		}
		this.sweepAt = UNUSED + 2 * this.byOwner.size();
	}

	/**
	 * Adds what the owners use of their limits.
	 * @param now the time in nanoseconds
	 */
	void addTo(LargestUses uses, long now) {
		this.byOwner.values().forEach((share) -> share.addTo(uses, now));
	}

	/**
	 * Returns how many owners use resources.
	 */
	int size() {
		return this.byOwner.size();
	}

}
