/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.autoconfigure.info.InfoContributorFallback;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.Backplane;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.placement.LocalNode;

/**
 * Auto-configuration of what the endpoint {@code info} shows of the actors, which is off
 * by default because that endpoint is often public.
 */
@AutoConfiguration(after = RivetEventsAutoConfiguration.class)
@ConditionalOnClass({ InfoContributor.class, ConditionalOnEnabledInfoContributor.class })
@ConditionalOnBean(LocalNode.class)
@ConditionalOnEnabledInfoContributor(value = "rivet-events", fallback = InfoContributorFallback.DISABLE)
public final class RivetEventsInfoAutoConfiguration {

	@Bean
	ActorsInfoContributor rivetInfoContributor(OutboundRegistry registry, ActorTypes types, ActorStateStore store,
			Backplane backplane) {
		return new ActorsInfoContributor(registry, types, store, backplane);
	}

}
