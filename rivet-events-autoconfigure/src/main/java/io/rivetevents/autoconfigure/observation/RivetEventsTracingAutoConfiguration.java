/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

import io.rivetevents.observation.Tracing;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.tracing.ActionObservationConvention;
import io.rivetevents.tracing.BroadcastObservationConvention;
import io.rivetevents.tracing.ConnectionObservationConvention;
import io.rivetevents.tracing.ObservationTracing;
import io.rivetevents.tracing.SaveObservationConvention;
import io.rivetevents.tracing.TraceParents;
import io.rivetevents.tracing.TracerTraceParents;

/**
 * Auto-configuration of observations. Without a tracer there are none: the meters already
 * count and time the same work.
 */
@AutoConfiguration(afterName = {
		"org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
		"org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration",
		"org.springframework.boot.micrometer.tracing.brave.autoconfigure.BraveAutoConfiguration" })
@ConditionalOnClass({ ObservationRegistry.class, ContextSnapshotFactory.class })
@ConditionalOnBooleanProperty(name = "rivet.events.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "rivet.events.tracing.enabled", matchIfMissing = true)
@Conditional(RivetEventsTracingAutoConfiguration.TracerOrProperty.class)
@ConditionalOnSingleCandidate(ObservationRegistry.class)
@EnableConfigurationProperties(RivetEventsTracingProperties.class)
public final class RivetEventsTracingAutoConfiguration {

	@Bean
	Tracing rivetTracing(ObservationRegistry registry, ObjectProvider<ConnectionObservationConvention> connection,
			ObjectProvider<ActionObservationConvention> action,
			ObjectProvider<BroadcastObservationConvention> broadcast, ObjectProvider<SaveObservationConvention> save,
			ActorTypes types, ObjectProvider<TraceParents> parents, RivetEventsTracingProperties properties) {
		ObservationTracing.Conventions conventions = new ObservationTracing.Conventions(connection.getIfAvailable(),
				action.getIfAvailable(), broadcast.getIfAvailable(), save.getIfAvailable());
		return new ObservationTracing(registry, conventions, new DeclaredNames(types),
				parents.getIfAvailable(() -> TraceParents.NONE), properties.events());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Tracer.class)
	@ConditionalOnSingleCandidate(Tracer.class)
	static class OfTracer {

		@Bean
		TraceParents rivetTraceParents(Tracer tracer) {
			return new TracerTraceParents(tracer);
		}

	}

	/** An observation is a timer as well, and these timers would repeat the meters. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	static class WithoutTimers {

		@Bean
		UntimedObservations rivetUntimedObservations() {
			return new UntimedObservations();
		}

	}

	/**
	 * A tracer that makes spans has a propagator, in contrast to the one that Boot has if
	 * there is no tracing library.
	 */
	static final class TracerOrProperty extends AnyNestedCondition {

		TracerOrProperty() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnBean(type = "io.micrometer.tracing.propagation.Propagator")
		static final class OfTracer {

		}

		@ConditionalOnBooleanProperty("rivet.events.tracing.enabled")
		static final class OfProperty {

		}

	}

}
