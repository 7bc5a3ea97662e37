/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

import io.rivetevents.cluster.status.Cluster;

/**
 * Auto-configuration of the health indicator of a cluster.
 */
@AutoConfiguration(after = RivetEventsClusterAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class, Cluster.class })
@ConditionalOnBean(Cluster.class)
@ConditionalOnEnabledHealthIndicator("rivet-cluster")
public final class RivetEventsClusterHealthAutoConfiguration {

	@Bean
	ClusterHealthIndicator rivetClusterHealthIndicator(Cluster cluster) {
		return new ClusterHealthIndicator(cluster);
	}

}
