package io.rivetevents.extension;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;

/**
 * How a call of an action has ended.
 *
 * @param kind what has ended it
 * @param error what its caller gets, with group and code; {@code null} if it has
 * succeeded
 * @param duration time since the start of its turn
 * @since 0.1.0
 * @see ActorObserver#actionEnded
 */
public record ActionOutcome(Kind kind, @Nullable RivetException error, Duration duration) {

	/**
	 * What ends a call.
	 *
	 * @since 0.1.0
	 */
	public enum Kind {

		/** The caller gets a result. */
		SUCCEEDED,

		/** The caller gets an error. */
		FAILED,

		/**
		 * The time limit of the action, or the deadline of its caller, has passed. The
		 * method may still run.
		 */
		TIMED_OUT,

		/** The caller has cancelled it. The method may still run. */
		CANCELLED

	}

}
