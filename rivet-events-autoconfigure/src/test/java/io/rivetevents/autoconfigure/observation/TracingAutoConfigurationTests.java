/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.rivetevents.observation.Tracing;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.tracing.TraceParents;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When there are observations.
 */
class TracingAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(RivetEventsTracingAutoConfiguration.class))
		.withBean(ActorTypes.class)
		.withBean(ObservationRegistry.class, ObservationRegistry::create);

	private final ApplicationContextRunner traced = this.contextRunner.withBean(Tracer.class, () -> Tracer.NOOP)
		.withBean(Propagator.class, () -> Propagator.NOOP);

	@Test
	void observesIfThereIsATracer() {
		this.traced.run((context) -> assertThat(context).hasSingleBean(Tracing.class)
			.hasSingleBean(TraceParents.class)
			.hasSingleBean(UntimedObservations.class));
	}

	/** Boot has this tracer if there is no tracing library. */
	@Test
	void doesNotObserveWithATracerThatMakesNoSpans() {
		this.contextRunner.withBean(Tracer.class, () -> Tracer.NOOP)
			.run((context) -> assertThat(context).doesNotHaveBean(Tracing.class)
				.doesNotHaveBean(MeterObservationHandler.class));
	}

	@Test
	void observesWithoutATracerIfItIsEnabled() {
		this.contextRunner.withPropertyValues("rivet.events.tracing.enabled=true")
			.withClassLoader(new FilteredClassLoader(Tracer.class, MeterRegistry.class))
			.run((context) -> assertThat(context).hasSingleBean(Tracing.class).doesNotHaveBean(TraceParents.class));
	}

	@Test
	void doesNotObserveIfItIsDisabled() {
		this.traced.withPropertyValues("rivet.events.tracing.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(Tracing.class));
	}

	@Test
	void doesNotObserveWithoutTheLibraries() {
		this.traced.withClassLoader(new FilteredClassLoader(ContextSnapshotFactory.class))
			.run((context) -> assertThat(context).doesNotHaveBean(Tracing.class));
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(RivetEventsTracingAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(Tracing.class));
	}

}
