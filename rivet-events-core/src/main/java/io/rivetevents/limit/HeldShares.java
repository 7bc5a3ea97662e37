/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The shares in which a client counts, held until they are {@linkplain #release
 * released}. A resource is acquired in all of them or in none. Safe for use by several
 * threads.
 */
final class HeldShares {

	static final HeldShares NONE = new HeldShares();

	private final Share[] shares;

	HeldShares(Share... shares) {
		this.shares = shares;
	}

	/**
	 * Returns these shares and then others.
	 */
	HeldShares and(HeldShares others) {
		return (others.shares.length == 0) ? this
				: new HeldShares(Stream.of(this.shares, others.shares).flatMap(Stream::of).toArray(Share[]::new));
	}

	/**
	 * Returns the owner of the share of a kind, {@code null} if there is none.
	 */
	@Nullable String owner(Share.Kind kind) {
		for (Share each : this.shares) {
			if (each.kind() == kind) {
				return each.owner();
			}
		}
		return null;
	}

	/**
	 * Acquires an amount of a resource in each share.
	 * @return the limit that was reached, in which case nothing was acquired;
	 * {@code null} if none
	 */
	@Nullable Limit take(Share.Resource resource, long amount) {
		for (Share each : this.shares) {
			Limit met = each.take(resource, amount);
			if (met != null) {
				giveBack(each, resource, amount);
				return met;
			}
		}
		return null;
	}

	private void giveBack(Share end, Share.Resource resource, long amount) {
		for (Share each : this.shares) {
			if (each == end) {
				return;
			}
			each.add(resource, -amount);
		}
	}

	/**
	 * Adds to the use of a resource in each share, even beyond its limit.
	 * @param amount the change; negative to release it
	 */
	void add(Share.Resource resource, long amount) {
		for (Share each : this.shares) {
			each.add(resource, amount);
		}
	}

	/**
	 * Counts a call in the rate of each share, or in none.
	 * @param now the time in nanoseconds
	 * @param ofNode rate of the node, {@code null} if there is none
	 * @return the excess, in which case the call does not count; {@code null} if none
	 */
	@Nullable RateExcess call(long now, @Nullable CallRate ofNode) {
		for (int i = 0; i <= this.shares.length; i++) {
			CallRate rate = (i < this.shares.length) ? this.shares[i].rate() : ofNode;
			RateExcess excess = (rate != null) ? rate.take(now) : null;
			if (excess != null) {
				giveBackCalls(i);
				return excess;
			}
		}
		return null;
	}

	private void giveBackCalls(int shares) {
		for (int i = 0; i < shares; i++) {
			CallRate rate = this.shares[i].rate();
			if (rate != null) {
				rate.giveBack();
			}
		}
	}

	/** Ends the hold, once nothing of the client counts any more. */
	void release(NodeUsage node) {
		for (Share each : this.shares) {
			node.shares(each.kind()).release(each.owner());
		}
	}

}
