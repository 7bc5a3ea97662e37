/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.store;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.state.UncertainOutcome;

/**
 * Thrown when a change may or may not be stored: Redis did not answer in time, the
 * connection was lost before the answer, or too few replicas have confirmed the change.
 * The same store accepts a repetition of the change, or another change with the same
 * expected version: it replaces the first one, if that was stored.
 *
 * @since 0.1.0
 */
public final class UncertainCommitException extends RedisStateException implements UncertainOutcome {

	/**
	 * Creates the exception.
	 * @param message what has failed
	 * @param cause the reason, {@code null} if there is no other exception
	 */
	public UncertainCommitException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
