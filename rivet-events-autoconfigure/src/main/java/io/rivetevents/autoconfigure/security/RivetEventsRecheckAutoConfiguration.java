/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.security;

import java.time.Duration;
import java.util.Objects;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsProperties;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.security.UserRecheck;

/**
 * Auto-configuration of repeated checks of the users of connections.
 */
@AutoConfiguration(after = RivetEventsAutoConfiguration.class,
		afterName = "org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration")
@ConditionalOnProperty("rivet.events.security.recheck-interval")
@ConditionalOnClass(ReactiveUserDetailsService.class)
@ConditionalOnBean(ActorDirectory.class)
@ConditionalOnSingleCandidate(ReactiveUserDetailsService.class)
public final class RivetEventsRecheckAutoConfiguration {

	@Bean(initMethod = "start", destroyMethod = "stop")
	UserRecheck rivetUserRecheck(OutboundRegistry registry, ReactiveUserDetailsService users,
			RivetEventsProperties properties, @Qualifier("rivetActorTimers") Scheduler timers) {
		Duration interval = Objects.requireNonNull(properties.security().recheckInterval());
		return new UserRecheck(registry, users, interval, timers);
	}

}
