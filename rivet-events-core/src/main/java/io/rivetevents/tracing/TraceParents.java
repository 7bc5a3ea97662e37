/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * Translates between spans of the tracing library and the text that clients send and
 * receive: {@code traceparent} of the W3C recommendation Trace Context. Safe for use by
 * several threads. For the auto-configuration.
 */
public interface TraceParents {

	/** Without a tracing library: clients are not part of traces. */
	TraceParents NONE = new TraceParents() {

		@Override
		public void within(String traceparent, Runnable start) {
			start.run();
		}

		@Override
		public @Nullable String of(Observation observation) {
			return null;
		}

	};

	/**
	 * Starts an observation as the child of a span of a client.
	 * @param traceparent text that the client has sent, well-formed
	 * @param start starts the observation on the current thread
	 */
	void within(String traceparent, Runnable start);

	/**
	 * Returns the text that names the span of an observation.
	 * @param observation a started observation
	 * @return {@code null} if there is no span
	 */
	@Nullable String of(Observation observation);

	/**
	 * Returns the text that names the span of an observation in a sampled trace.
	 * @param observation a started observation
	 * @return {@code null} if there is no span, or its trace is not sampled
	 */
	default @Nullable String ofSampled(Observation observation) {
		String text = of(observation);
		return (text != null && isSampled(text)) ? text : null;
	}

	/**
	 * Returns whether the trace of an observation is known not to be sampled.
	 * @param observation a started observation
	 */
	default boolean isNotSampled(Observation observation) {
		return false;
	}

	/**
	 * Returns whether a trace is sampled.
	 * @param traceparent the text of one of its spans, well-formed
	 */
	static boolean isSampled(String traceparent) {
		return (Character.digit(traceparent.charAt(traceparent.length() - 1), 16) & 1) == 1;
	}

}
