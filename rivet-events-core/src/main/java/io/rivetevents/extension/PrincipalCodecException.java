/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if a principal cannot be written for another node, or not be read there. The
 * message names the class concerned and what the application can do.
 *
 * @since 0.1.0
 */
public class PrincipalCodecException extends IllegalStateException {

	/**
	 * Creates the exception.
	 * @param message what failed and what to do; without passwords or tokens
	 * @param cause the cause, {@code null} if there is none
	 */
	public PrincipalCodecException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
