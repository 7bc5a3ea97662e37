/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.store;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when Redis cannot be used as a store: it is not available or rejects a command.
 * Nothing has been changed, unless this is an {@link UncertainCommitException}.
 *
 * @since 0.1.0
 */
public class RedisStateException extends RuntimeException {

	/**
	 * Creates the exception.
	 * @param message what has failed
	 * @param cause the reason, {@code null} if there is no other exception
	 */
	public RedisStateException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
