/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.util.List;
import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;

/**
 * The rates of the owner of a share, or of the node. Safe for use by several threads.
 */
final class OwnerRates {

	private static final Kind[] KINDS = Kind.values();

	/** Rates of which none is limited. */
	static final OwnerRates NONE = new OwnerRates(LimitSettings.Rate.NONE, List.of(), 0);

	/** {@code null} for a rate that is not limited. */
	private final @Nullable Rate[] byKind = new Rate[KINDS.length];

	/** What has a rate. */
	enum Kind {

		/** Calls and requests for instances. */
		CALLS(LimitSettings.Rate::calls),

		/** Bytes of messages. */
		RECEIVED(LimitSettings.Rate::receivedBytes),

		/** Deliveries of events that calls cause. */
		DELIVERIES(LimitSettings.Rate::deliveries);

		private final ToLongFunction<LimitSettings.Rate> perSecond;

		Kind(ToLongFunction<LimitSettings.Rate> perSecond) {
			this.perSecond = perSecond;
		}

	}

	/**
	 * Creates the rates of an owner that has not used them.
	 * @param max most a second
	 * @param limits their limits, in the order of the kinds
	 * @param now the time in nanoseconds
	 */
	OwnerRates(LimitSettings.Rate max, List<Limit> limits, long now) {
		for (Kind kind : KINDS) {
			long perSecond = kind.perSecond.applyAsLong(max);
			if (perSecond > 0) {
				Limit limit = limits.get(kind.ordinal());
				this.byKind[kind.ordinal()] = new Rate(limit, perSecond, Rate.SECOND, now);
			}
		}
	}

	/**
	 * Returns a rate, {@code null} if it is not limited.
	 */
	@Nullable Rate of(Kind kind) {
		return this.byKind[kind.ordinal()];
	}

	/**
	 * Adds what is used of the rates.
	 * @param owner their owner, {@code null} for the node
	 * @param now the time in nanoseconds
	 */
	void addTo(LargestUses uses, @Nullable String owner, long now) {
		for (Rate each : this.byKind) {
			if (each != null) {
				uses.add(each.use(owner, now));
			}
		}
	}

	/** Returns whether the bursts of all rates are available. */
	boolean areFull(long now) {
		for (Rate each : this.byKind) {
			if (each != null && !each.isFull(now)) {
				return false;
			}
		}
		return true;
	}

}
