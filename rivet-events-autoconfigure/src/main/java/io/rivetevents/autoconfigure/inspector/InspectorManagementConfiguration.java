/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.util.Map;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.server.WebHandler;

import io.rivetevents.autoconfigure.actuate.RivetEventsEndpoint;
import io.rivetevents.placement.ActorTypes;

/**
 * Serves the page where Actuator serves its endpoints: in the application, or on the port
 * for management.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnAvailableEndpoint(endpoint = RivetEventsEndpoint.class, exposure = EndpointExposure.WEB)
@Conditional(OnInspectorCondition.class)
class InspectorManagementConfiguration {

	/**
	 * Before that of the endpoints, one of which has the rest of its path as parameter.
	 */
	private static final int ORDER = -110;

	@Bean
	SimpleUrlHandlerMapping rivetInspectorMapping(PathMappedEndpoints endpoints, ActorTypes types,
			InspectorAccess access, EventFeed feed, Timeline timeline, CallableActions actions, InspectorCalls calls) {
		String path = endpoints.getPath(InspectorAccess.ENDPOINT) + "/ui";
		WebHandler handler = RouterFunctions
			.toWebHandler(new InspectorRoutes(types, access, feed, timeline, actions, calls).at(path));
		return new SimpleUrlHandlerMapping(Map.of(path, handler, path + "/**", handler), ORDER);
	}

}
