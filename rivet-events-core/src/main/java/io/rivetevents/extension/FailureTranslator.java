/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;

/**
 * Translates exceptions into errors for the client.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface FailureTranslator {

	/**
	 * Translates a failure.
	 * @param failure exception thrown by a method
	 * @return the error for the client, or {@code null} if this translator does not
	 * handle the exception
	 */
	@Nullable RivetException translate(Throwable failure);

}
