/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The shares of all principals, of all tenants or of all remote addresses that use
 * resources at the moment. Safe for use by several threads.
 */
final class Shares {

	private final Map<String, Share> byOwner = new ConcurrentHashMap<>();

	private final Share.Kind kind;

	private final LimitSettings.Share max;

	private final LimitSettings.Node node;

	Shares(Share.Kind kind, LimitSettings.Share max, LimitSettings.Node node) {
		this.kind = kind;
		this.max = max;
		this.node = node;
	}

	/**
	 * Returns the share of an owner, which is kept until each hold is
	 * {@linkplain #release released}.
	 */
	Share hold(String owner) {
		return Objects.requireNonNull(this.byOwner.compute(owner, (key, present) -> {
			Share share = (present != null) ? present : new Share(this.kind, key, this.max, this.node);
			share.hold();
			return share;
		}));
	}

	void release(String owner) {
		this.byOwner.computeIfPresent(owner, (key, share) -> share.letGo() ? null : share);
	}

	/**
	 * Returns how many owners use resources.
	 */
	int size() {
		return this.byOwner.size();
	}

}
