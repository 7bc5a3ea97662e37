/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.web.AdditionalPathsMapper;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.placement.LocalNode;

/**
 * Auto-configuration of the health indicator of a store outside the memory of this
 * process.
 */
@AutoConfiguration(after = RivetEventsAutoConfiguration.class,
		afterName = "org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration")
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean({ ActorStateStore.class, LocalNode.class })
@ConditionalOnMissingBean(MemoryActorStateStore.class)
@ConditionalOnEnabledHealthIndicator("rivet-store")
public final class RivetEventsStoreHealthAutoConfiguration {

	/** Deferred: the node requires all observers. */
	@Bean
	StoreHealthIndicator rivetStoreHealthIndicator(ActorStateStore store, ObjectProvider<LocalNode> node) {
		return new StoreHealthIndicator(store, (address) -> node.getObject().holds(address));
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ AdditionalPathsMapper.class, HealthEndpointGroupsPostProcessor.class })
	static class Readiness {

		/** After Boot has added the groups of the probes; same order, defined later. */
		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		ReadinessGroup rivetStoreReadiness(Environment environment) {
			return new ReadinessGroup(environment, "rivetStore");
		}

	}

}
