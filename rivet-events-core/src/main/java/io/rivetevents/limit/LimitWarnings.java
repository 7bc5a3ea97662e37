/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Reports owners that come close to a limit: at most once a minute for each owner and
 * limit. Safe for use by several threads.
 */
final class LimitWarnings {

	/** Most owners and limits that are reported in a minute. */
	private static final int MOST = 1000;

	private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

	private final Map<Reported, Long> reportedAt = new ConcurrentHashMap<>();

	private final LongSupplier clock;

	/**
	 * When owners were last removed. Several threads may remove them at the same time.
	 */
	private volatile long sweptAt;

	private volatile @Nullable LimitListener listener;

	/**
	 * An owner that is close to a limit.
	 *
	 * @param limit the limit
	 * @param owner the owner, empty for the node
	 */
	private record Reported(Limit limit, String owner) {
	}

	/**
	 * Creates warnings that no listener receives yet.
	 * @param clock returns the time in nanoseconds
	 */
	LimitWarnings(LongSupplier clock) {
		this.clock = clock;
		this.sweptAt = clock.getAsLong();
	}

	/** Sets the listener. */
	void listen(LimitListener listener) {
		this.listener = listener;
	}

	/**
	 * Reports an owner.
	 * @param limit the limit
	 * @param kind kind of owner, {@code null} for the node
	 * @param owner the owner, {@code null} for the node
	 * @param used what it uses
	 * @param max the limit
	 */
	void add(Limit limit, Share.@Nullable Kind kind, @Nullable String owner, long used, long max) {
		LimitListener listener = this.listener;
		if (listener != null && isDue(new Reported(limit, (owner != null) ? owner : ""))) {
			String ownerKind = (kind != null) ? kind.name().toLowerCase(Locale.ROOT) : "node";
			listener.onWarning(limit, ownerKind, owner, used, max);
		}
	}

	private boolean isDue(Reported reported) {
		long now = this.clock.getAsLong();
		Long before = this.reportedAt.get(reported);
		if (before != null) {
			return now - before >= MINUTE && this.reportedAt.replace(reported, before, now);
		}
		if (this.reportedAt.size() >= MOST && now - this.sweptAt >= MINUTE) {
			this.sweptAt = now;
			this.reportedAt.values().removeIf((time) -> now - time >= MINUTE);
		}
		return this.reportedAt.size() < MOST && this.reportedAt.putIfAbsent(reported, now) == null;
	}

}
