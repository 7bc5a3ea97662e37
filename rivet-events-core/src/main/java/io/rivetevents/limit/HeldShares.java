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
	 * Counts in a rate of each share and of the node, or in none.
	 * @param kind kind of rate
	 * @param amount the amount
	 * @param bursts how many bursts may be in use afterwards
	 * @param now the time in nanoseconds
	 * @param ofNode rates of the node
	 * @return the excess, in which case nothing counts; {@code null} if none
	 */
	@Nullable RateExcess take(OwnerRates.Kind kind, int amount, int bursts, long now, OwnerRates ofNode) {
		for (int i = 0; i <= this.shares.length; i++) {
			Rate rate = rates(i, ofNode).of(kind);
			RateExcess excess = (rate != null) ? rate.take(amount, bursts, now) : null;
			if (excess != null) {
				giveBack(i, kind, amount);
				return excess;
			}
		}
		return null;
	}

	/**
	 * Counts in a rate of each share and of the node, also beyond it.
	 * @param kind kind of rate
	 * @param amount the amount
	 * @param now the time in nanoseconds
	 * @param ofNode rates of the node
	 */
	void charge(OwnerRates.Kind kind, int amount, long now, OwnerRates ofNode) {
		for (int i = 0; i <= this.shares.length; i++) {
			Rate rate = rates(i, ofNode).of(kind);
			if (rate != null) {
				rate.charge(amount, now);
			}
		}
	}

	/**
	 * Returns the excess if more than a rate of a share or of the node permits was
	 * charged, {@code null} otherwise.
	 */
	@Nullable RateExcess debt(OwnerRates.Kind kind, long now, OwnerRates ofNode) {
		for (int i = 0; i <= this.shares.length; i++) {
			Rate rate = rates(i, ofNode).of(kind);
			RateExcess excess = (rate != null) ? rate.debt(now) : null;
			if (excess != null) {
				return excess;
			}
		}
		return null;
	}

	/** Returns the rates of a share, and after the last share those of the node. */
	private OwnerRates rates(int index, OwnerRates ofNode) {
		return (index < this.shares.length) ? this.shares[index].rates() : ofNode;
	}

	private void giveBack(int shares, OwnerRates.Kind kind, int amount) {
		for (int i = 0; i < shares; i++) {
			Rate rate = this.shares[i].rates().of(kind);
			if (rate != null) {
				rate.giveBack(amount);
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
