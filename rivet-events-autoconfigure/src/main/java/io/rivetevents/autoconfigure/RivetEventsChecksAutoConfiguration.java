/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

import io.rivetevents.placement.ActorTypes;

/**
 * Auto-configuration of the checks of an application: a property that requires a missing
 * module stops the start, and actors that no client can reach are reported after it.
 */
@AutoConfiguration(before = RivetEventsAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "rivet.events.enabled", matchIfMissing = true)
public final class RivetEventsChecksAutoConfiguration {

	RivetEventsChecksAutoConfiguration(ObjectProvider<RivetEventsProperties> properties, ApplicationContext context) {
		RivetEventsProperties found = properties.getIfAvailable();
		if (found != null) {
			ModulesCheck.check(found, context);
		}
	}

	@Bean
	UnreachableActors rivetUnreachableActors(ObjectProvider<ActorTypes> types) {
		return new UnreachableActors(types);
	}

}
