/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;

/**
 * Result of a call of an action.
 *
 * @param kind how the call ended
 * @param error the error that the caller receives, with group and code; {@code null} if
 * it succeeded
 * @param duration time since the start of its turn
 * @since 0.1.0
 * @see ActorObserver#actionEnded
 */
public record ActionOutcome(Kind kind, @Nullable RivetException error, Duration duration) {

	/**
	 * How a call ends.
	 *
	 * @since 0.1.0
	 */
	public enum Kind {

		/** The caller receives a result. */
		SUCCEEDED,

		/** The caller receives an error. */
		FAILED,

		/**
		 * The timeout of the action, or the deadline of its caller, has passed. The
		 * method may still run.
		 */
		TIMED_OUT,

		/** The caller has cancelled the call. The method may still run. */
		CANCELLED

	}

}
