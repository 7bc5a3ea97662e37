/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.call;

import java.time.Duration;

/**
 * Limits of the requests of this node to other nodes.
 *
 * @param patience time for which a request that has not run is repeated, while it is not
 * settled which node owns its address
 * @param maxPending most pending requests; a further one fails with
 * {@code actor.overloaded}
 * @param maxPendingBytes most memory of all pending requests, in bytes; a further one
 * fails with {@code actor.overloaded}
 */
public record CallSettings(Duration patience, int maxPending, long maxPendingBytes) {

	/** Five seconds, 50,000 requests and 64 MB. */
	public static final CallSettings DEFAULTS = new CallSettings(Duration.ofSeconds(5), 50_000, 64L * 1024 * 1024);

}
