/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.call;

import reactor.core.publisher.Mono;

/**
 * Signals that an operation has not run, or may run twice, and that another node may own
 * its address soon. It never reaches a caller.
 */
final class TryAgain extends RuntimeException {

	private final transient Mono<Void> changed;

	/**
	 * Creates the signal.
	 * @param changed completes when the owner may be another one than before the attempt
	 */
	TryAgain(Mono<Void> changed) {
		super(null, null, false, false);
		this.changed = changed;
	}

	/** Completes when the owner may be another one than before the attempt. */
	Mono<Void> changed() {
		return this.changed;
	}

}
