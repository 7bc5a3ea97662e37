/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.http.server.reactive.observation.ServerRequestObservationConvention;
import org.springframework.web.server.WebFilter;

import io.rivetevents.autoconfigure.RivetEventsWebAutoConfiguration;
import io.rivetevents.transport.webflux.BasePath;

/**
 * Auto-configuration of the observation of requests that open sockets and event streams,
 * in an application with an {@link ObservationRegistry}.
 */
@AutoConfiguration(after = RivetEventsWebAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass({ ObservationRegistry.class, WebFilter.class, BasePath.class })
@ConditionalOnSingleCandidate(ObservationRegistry.class)
@ConditionalOnBean(BasePath.class)
public final class RivetEventsStreamObservationAutoConfiguration {

	@Bean
	StreamObservationFilter rivetStreamObservationFilter(BasePath basePath, ObservationRegistry registry,
			ObjectProvider<ServerRequestObservationConvention> convention) {
		// not a bean: only Spring Boot's registry uses beans of this type
		registry.observationConfig()
			.observationPredicate((name, context) -> StreamObservationFilter.isOwn(basePath, context));
		return new StreamObservationFilter(basePath, registry, convention.getIfAvailable());
	}

}
