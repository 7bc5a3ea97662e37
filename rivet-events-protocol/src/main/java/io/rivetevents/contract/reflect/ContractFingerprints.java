/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract.reflect;

import org.jspecify.annotations.Nullable;

/**
 * Fingerprints that distinguish two versions of an actor's contract.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ContractFingerprints {

	/** Has no fingerprints, so that no client is reported as out of date. */
	ContractFingerprints NONE = (actor) -> null;

	/**
	 * Returns the fingerprint of a contract: its actions, events and params.
	 * @param actor name of the actor
	 * @return the fingerprint, {@code null} if it is not available
	 */
	@Nullable String of(String actor);

}
