/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a stored state cannot be read. The message has no stored data, except names
 * of properties; messages of causes may have.
 */
public final class UnreadableStateException extends RuntimeException {

	UnreadableStateException(String problem, @Nullable Throwable cause) {
		super(problem, cause);
	}

}
