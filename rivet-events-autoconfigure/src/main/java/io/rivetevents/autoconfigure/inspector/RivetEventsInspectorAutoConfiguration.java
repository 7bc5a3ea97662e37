/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.time.Clock;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ImportRuntimeHints;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.Actors;
import io.rivetevents.autoconfigure.actuate.RemoteInstances;
import io.rivetevents.autoconfigure.actuate.RivetEventsEndpoint;
import io.rivetevents.autoconfigure.actuate.RivetEventsEndpointAutoConfiguration;
import io.rivetevents.autoconfigure.actuate.RivetEventsEndpointProperties;
import io.rivetevents.autoconfigure.actuate.StateSanitizer;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.invocation.ActorRegistrar;
import io.rivetevents.placement.LocalNode;

/**
 * Auto-configuration of what the page shows. Its routes are part of the web server for
 * management: see {@link InspectorManagementConfiguration}.
 */
@AutoConfiguration(after = RivetEventsEndpointAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnAvailableEndpoint(endpoint = RivetEventsEndpoint.class, exposure = EndpointExposure.WEB)
@Conditional(OnInspectorCondition.class)
@ImportRuntimeHints(InspectorFile.Hints.class)
public final class RivetEventsInspectorAutoConfiguration {

	@Bean
	InspectorAccess rivetInspectorAccess(EndpointAccessResolver accesses, RivetEventsEndpointProperties properties,
			StateSanitizer sanitizer, ValueMapper mapper) {
		return new InspectorAccess(accesses, properties.showValues(), properties.roles(), sanitizer, mapper);
	}

	@Bean
	EventFeed rivetInspectorFeed(LocalNode node, RemoteInstances remote,
			@Qualifier("rivetActorTimers") Scheduler timers, @Qualifier("rivetActorWorkers") Scheduler workers,
			ObjectProvider<Clock> clock) {
		return new EventFeed(node.taps(), remote, timers, workers, clock(clock));
	}

	@Bean
	Timeline rivetInspectorTimeline(LocalNode node, RemoteInstances remote,
			@Qualifier("rivetActorWorkers") Scheduler workers, ObjectProvider<Clock> clock) {
		return new Timeline(node, remote, workers, clock(clock));
	}

	@Bean
	RemotePages rivetInspectorRemotePages(LocalNode node, RemoteInstances remote, Timeline timeline,
			InspectorAccess access, @Qualifier("rivetActorTimers") Scheduler timers,
			@Qualifier("rivetActorWorkers") Scheduler workers, ObjectProvider<Clock> clock) {
		RemotePages pages = new RemotePages(node.taps(), timeline, access, timers, workers, clock(clock));
		pages.answer(remote);
		return pages;
	}

	@Bean
	InspectorCalls rivetInspectorCalls(Actors actors, ValueMapper mapper) {
		return new InspectorCalls(actors, mapper);
	}

	@Bean
	CallableActions rivetInspectorActions(ObjectProvider<ActorRegistrar> registrar) {
		return new CallableActions(() -> registrar.getObject().contracts());
	}

	private static Clock clock(ObjectProvider<Clock> clock) {
		Clock unique = clock.getIfUnique();
		return (unique != null) ? unique : Clock.systemUTC();
	}

}
