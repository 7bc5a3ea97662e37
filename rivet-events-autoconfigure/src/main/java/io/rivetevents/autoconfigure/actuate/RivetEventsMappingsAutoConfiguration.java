/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.web.mappings.MappingDescriptionProvider;
import org.springframework.boot.actuate.web.mappings.MappingsEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

import io.rivetevents.autoconfigure.RivetEventsWebAutoConfiguration;
import io.rivetevents.transport.webflux.ActorHandlerMapping;

/**
 * Auto-configuration of the routes of clients in the endpoint {@code mappings}, if it is
 * exposed.
 */
@AutoConfiguration(after = RivetEventsWebAutoConfiguration.class)
@ConditionalOnClass({ MappingDescriptionProvider.class, ConditionalOnAvailableEndpoint.class,
		ActorHandlerMapping.class })
@ConditionalOnBean(ActorHandlerMapping.class)
@ConditionalOnAvailableEndpoint(MappingsEndpoint.class)
public final class RivetEventsMappingsAutoConfiguration {

	@Bean
	RouteDescriptions rivetRouteDescriptions() {
		return new RouteDescriptions();
	}

}
