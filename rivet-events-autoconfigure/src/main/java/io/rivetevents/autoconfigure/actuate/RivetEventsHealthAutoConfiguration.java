/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.extension.Backplane;

/**
 * Auto-configuration of the health indicator of a backplane to other nodes.
 */
@AutoConfiguration(after = RivetEventsAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(Backplane.class)
@ConditionalOnMissingBean(LocalBackplane.class)
@ConditionalOnEnabledHealthIndicator("rivet-backplane")
public final class RivetEventsHealthAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "rivetBackplaneHealthIndicator")
	BackplaneHealthIndicator rivetBackplaneHealthIndicator(Backplane backplane) {
		return new BackplaneHealthIndicator(backplane);
	}

}
