/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import org.jspecify.annotations.Nullable;

import io.rivetevents.extension.ActionOutcome;

/**
 * A part of a trace that has started. Safe for use by several threads.
 */
public interface TracedWork {

	/** Work that is not recorded. */
	TracedWork NONE = new TracedWork() {

		@Override
		public CallContext context(CallContext caller) {
			return caller;
		}

		@Override
		public CallContext.Scope enter() {
			return CallContext.NOTHING;
		}

		@Override
		public @Nullable String traceparent() {
			return null;
		}

		@Override
		public void end(ActionOutcome.Kind outcome, @Nullable Throwable failure) {
		}

	};

	/**
	 * Returns the context in which the work runs: parts that start in it are children of
	 * this one.
	 * @param caller context of its caller, whose other values it has
	 */
	CallContext context(CallContext caller);

	/**
	 * Makes the work the current part of the thread, which keeps its other values.
	 * @return restores the previous part; must be closed by the same thread
	 */
	CallContext.Scope enter();

	/**
	 * Returns what is sent to the receivers of an event, so that they can continue the
	 * trace.
	 * @return the text, as in the W3C recommendation Trace Context; {@code null} if the
	 * trace is not sampled or not sent to clients
	 */
	@Nullable String traceparent();

	/**
	 * Ends the work. Only the first call has an effect.
	 * @param outcome the outcome
	 * @param failure the error, {@code null} if the work has succeeded
	 */
	void end(ActionOutcome.Kind outcome, @Nullable Throwable failure);

}
