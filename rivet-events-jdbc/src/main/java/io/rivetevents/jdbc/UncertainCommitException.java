/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.state.UncertainOutcome;

/**
 * Thrown when a change may or may not have been stored: the connection was lost during
 * the commit and the database could not be reached in time to find out, or the waiting
 * thread was interrupted.
 *
 * @since 0.1.0
 */
public final class UncertainCommitException extends JdbcStateException implements UncertainOutcome {

	/**
	 * Creates the exception.
	 * @param message what has failed
	 * @param cause the reason, {@code null} if there is no other exception
	 */
	public UncertainCommitException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
