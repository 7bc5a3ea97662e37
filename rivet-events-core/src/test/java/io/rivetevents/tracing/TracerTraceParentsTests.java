/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * The sampling decision of a span. A tracer may not have decided yet.
 */
class TracerTraceParentsTests {

	private final TracerTraceParents parents = new TracerTraceParents(Tracer.NOOP);

	private static Observation observation(Span span) {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(new TestSpans());
		TracingContext tracing = new TracingContext();
		tracing.setSpan(span);
		Observation.Context context = new Observation.Context();
		context.put(TracingContext.class, tracing);
		return Observation.createNotStarted("request", () -> context, registry);
	}

	@ParameterizedTest
	@CsvSource({ "true, false, 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01", "false, true,", ", false," })
	void tracesAreSampledNotSampledOrUndecided(@Nullable Boolean sampled, boolean notSampled, @Nullable String text) {
		TraceContext context = mock();
		given(context.traceId()).willReturn("0123456789abcdef0123456789abcdef");
		given(context.spanId()).willReturn("0123456789abcdef");
		given(context.sampled()).willReturn(sampled);
		Span span = mock();
		given(span.context()).willReturn(context);
		assertThat(this.parents.isNotSampled(observation(span))).isEqualTo(notSampled);
		assertThat(this.parents.ofSampled(observation(span))).isEqualTo(text);
	}

	@Test
	void anObservationWithoutASpanIsNotDecided() {
		Observation observation = observation(Span.NOOP);
		assertThat(this.parents.isNotSampled(observation)).isFalse();
	}

}
