/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.event;

import org.jspecify.annotations.Nullable;

/**
 * Published when a user, a tenant or a remote address uses four fifths of one of its
 * limits, and when a message exceeds a rate: at most once a minute for each owner and
 * limit, and at most 1,000 times a minute.
 *
 * @param limit name of the property, below {@code rivet.events}
 * @param ownerKind {@code principal}, {@code tenant}, {@code address} or {@code node}
 * @param owner the user as an owner id, the tenant or the address, {@code null} for the
 * node
 * @param used what the owner uses; the maximum for a rate
 * @param max the maximum
 * @since 0.1.0
 */
public record LimitWarningEvent(String limit, String ownerKind, @Nullable String owner, long used, long max) {

	/** Returns the event for the log, without its owner. */
	@Override
	public String toString() {
		return "LimitWarningEvent[limit=%s, ownerKind=%s, used=%d, max=%d]".formatted(this.limit, this.ownerKind,
				this.used, this.max);
	}

}
