/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.ObservationView;
import org.jspecify.annotations.Nullable;

/**
 * Gives each observation a span, as a tracer does.
 */
public final class TestSpans implements ObservationHandler<Observation.Context>, TraceParents {

	private final AtomicInteger ids = new AtomicInteger();

	/** Span of another node or a client. */
	private final ThreadLocal<@Nullable Span> elsewhere = new ThreadLocal<>();

	private final List<Observation.Context> stopped = new CopyOnWriteArrayList<>();

	private final ObservationRegistry registry = ObservationRegistry.create();

	private boolean sampled = true;

	public TestSpans() {
		this.registry.observationConfig().observationHandler(this);
	}

	/** A span. */
	public record Span(String trace, String id, @Nullable String parent) {

		static Span parse(String traceparent) {
			return new Span(traceparent.substring(3, 35), traceparent.substring(36, 52), null);
		}

		public String text() {
			return "00-%s-%s-01".formatted(this.trace, this.id);
		}

	}

	/** Samples no traces. */
	TestSpans notSampled() {
		this.sampled = false;
		return this;
	}

	public ObservationRegistry registry() {
		return this.registry;
	}

	/** Tracing that sends traces with events. */
	public ObservationTracing tracing(ObservationTracing.Conventions conventions) {
		return new ObservationTracing(this.registry, conventions, new AllNames(), this, true);
	}

	private static Span of(Observation.ContextView context) {
		return context.getRequired(Span.class);
	}

	public static Span span(Observation observation) {
		return of(observation.getContextView());
	}

	/** Spans of observations of a name that have stopped. */
	public List<Span> stopped(String name) {
		return this.stopped.stream().filter((each) -> name.equals(each.getName())).map(TestSpans::of).toList();
	}

	/** The contexts of observations that have stopped, once for each stop. */
	List<Observation.Context> contexts() {
		return this.stopped;
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return true;
	}

	@Override
	public void onStart(Observation.Context context) {
		String id = "%016x".formatted(this.ids.incrementAndGet());
		ObservationView above = context.getParentObservation();
		Span within = (above != null) ? above.getContextView().get(Span.class) : null;
		Span parent = (within != null) ? within : this.elsewhere.get();
		context.put(Span.class,
				(parent != null) ? new Span(parent.trace(), id, parent.id()) : new Span("0".repeat(16) + id, id, null));
	}

	@Override
	public void onStop(Observation.Context context) {
		this.stopped.add(context);
	}

	@Override
	public void within(String traceparent, Runnable start) {
		this.elsewhere.set(Span.parse(traceparent));
		try {
			start.run();
		}
		finally {
			this.elsewhere.remove();
		}
	}

	@Override
	public String of(Observation observation) {
		return span(observation).text();
	}

	@Override
	public boolean isNotSampled(Observation observation) {
		return !this.sampled;
	}

	private static final class AllNames implements ObservationTracing.Names {

		@Override
		public String actor(String actor) {
			return actor;
		}

		@Override
		public String action(String actor, String action) {
			return action;
		}

		@Override
		public String event(@Nullable String actor, String event) {
			return event;
		}

	}

}
