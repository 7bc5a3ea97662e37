/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import io.micrometer.observation.Observation;
import io.micrometer.tracing.CurrentTraceContext;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.encoding.TraceParent;

/**
 * Spans of Micrometer Tracing. Does not depend on the headers that the application has
 * chosen for its requests, such as those of B3. For the auto-configuration.
 */
public final class TracerTraceParents implements TraceParents {

	private static final int TRACE = 3;

	private static final int SPAN = 36;

	private static final int FLAGS = 53;

	private static final int TRACE_DIGITS = 32;

	private final Tracer tracer;

	/**
	 * Creates the translation.
	 * @param tracer makes the spans
	 */
	public TracerTraceParents(Tracer tracer) {
		this.tracer = tracer;
	}

	@Override
	public void within(String traceparent, Runnable start) {
		TraceContext parent = this.tracer.traceContextBuilder()
			.traceId(traceparent.substring(TRACE, SPAN - 1))
			.spanId(traceparent.substring(SPAN, FLAGS - 1))
			.sampled(TraceParents.isSampled(traceparent))
			.build();
		try (CurrentTraceContext.Scope scope = this.tracer.currentTraceContext().newScope(parent)) {
			start.run();
		}
	}

	@Override
	public @Nullable String of(Observation observation) {
		TraceContext context = context(observation);
		return (context != null) ? text(context) : null;
	}

	/** Most traces are not sampled, and need no text. */
	@Override
	public @Nullable String ofSampled(Observation observation) {
		TraceContext context = context(observation);
		return (context != null && isSampled(context)) ? text(context) : null;
	}

	@Override
	public boolean isNotSampled(Observation observation) {
		TraceContext context = context(observation);
		return context != null && Boolean.FALSE.equals(context.sampled());
	}

	private static @Nullable TraceContext context(Observation observation) {
		TracingContext tracing = observation.getContextView().get(TracingContext.class);
		Span span = (tracing != null) ? tracing.getSpan() : null;
		return (span != null) ? span.context() : null;
	}

	private static boolean isSampled(TraceContext context) {
		return Boolean.TRUE.equals(context.sampled());
	}

	private static @Nullable String text(TraceContext context) {
		String flags = isSampled(context) ? "-01" : "-00";
		// a tracer that makes no spans has empty ids
		return TraceParent.valid("00-" + "0".repeat(Math.max(0, TRACE_DIGITS - context.traceId().length()))
				+ context.traceId() + "-" + context.spanId() + flags);
	}

}
