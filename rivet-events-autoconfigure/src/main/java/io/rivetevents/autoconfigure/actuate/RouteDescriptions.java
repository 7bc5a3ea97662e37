/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.List;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.web.mappings.MappingDescriptionProvider;
import org.springframework.context.ApplicationContext;

import io.rivetevents.transport.webflux.ActorHandlerMapping;

/**
 * Describes the routes of clients for the endpoint {@code mappings}.
 */
@RegisterReflectionForBinding(RouteDescriptions.Route.class)
final class RouteDescriptions implements MappingDescriptionProvider {

	/**
	 * A route.
	 *
	 * @param predicate pattern of its path
	 * @param handler name of the class that handles its requests
	 */
	record Route(String predicate, String handler) {
	}

	@Override
	public String getMappingName() {
		return "rivetEvents";
	}

	@Override
	public List<Route> describeMappings(ApplicationContext context) {
		return context.getBeanProvider(ActorHandlerMapping.class).orderedStream().flatMap((mapping) -> {
			String handler = mapping.handler().getClass().getSimpleName();
			return mapping.routes().stream().map((route) -> new Route(route, handler));
		}).toList();
	}

}
