/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the database cannot be used: it is not available, refuses a change or does
 * not have the required tables. Nothing has been changed, unless this is an
 * {@link UncertainCommitException}.
 *
 * @since 0.1.0
 */
public class JdbcStateException extends RuntimeException {

	/**
	 * Creates the exception.
	 * @param message what has failed
	 * @param cause the reason, {@code null} if there is no other exception
	 */
	public JdbcStateException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
