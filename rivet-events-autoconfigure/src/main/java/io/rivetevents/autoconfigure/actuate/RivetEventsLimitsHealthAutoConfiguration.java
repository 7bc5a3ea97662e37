/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.limit.Limits;

/**
 * Auto-configuration of the health indicator of the limits of the node.
 */
@AutoConfiguration(after = RivetEventsAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(Limits.class)
@ConditionalOnEnabledHealthIndicator("rivet-limits")
public final class RivetEventsLimitsHealthAutoConfiguration {

	@Bean
	LimitsHealthIndicator rivetLimitsHealthIndicator(Limits limits) {
		return new LimitsHealthIndicator(limits);
	}

}
