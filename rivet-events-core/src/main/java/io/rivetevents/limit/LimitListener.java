/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import org.jspecify.annotations.Nullable;

/**
 * Receives warnings about owners that come close to a limit.
 */
@FunctionalInterface
public interface LimitListener {

	/**
	 * Called on the thread that uses the resource, which may be an event loop: it must
	 * not block.
	 * @param limit the limit
	 * @param ownerKind {@code principal}, {@code tenant}, {@code address} or {@code node}
	 * @param owner the owner, {@code null} for the node
	 * @param used what it uses
	 * @param max the limit
	 */
	void onWarning(Limit limit, String ownerKind, @Nullable String owner, long used, long max);

}
