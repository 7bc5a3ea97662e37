/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

import io.rivetevents.cluster.status.Cluster;
import io.rivetevents.cluster.status.ClusterStatus;

/**
 * Reports how many nodes are joined, and what waits for them. A node that owns nothing
 * because it has lost most of the others is out of service.
 */
final class ClusterHealthIndicator extends AbstractHealthIndicator {

	private final Cluster cluster;

	ClusterHealthIndicator(Cluster cluster) {
		super("The state of the cluster cannot be read");
		this.cluster = cluster;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		ClusterStatus status = this.cluster.status();
		ClusterStatus.Counters counters = status.counters();
		builder.withDetail("nodes", status.nodes())
			.withDetail("pending", status.pending())
			.withDetail("links", status.links())
			.withDetail("backlog", status.backlog())
			.withDetail("forwarded", counters.forwarded())
			.withDetail("taken", counters.taken())
			.withDetail("released", counters.released())
			.withDetail("handedOver", counters.handedOver())
			.withDetail("notHandedOver", counters.notHandedOver())
			.withDetail("fenced", counters.fenced())
			.withDetail("refused", counters.refused())
			.withDetail("reconnected", counters.reconnected())
			.withDetail("resynced", counters.resynced())
			.withDetail("smallerPart", counters.smallerPart());
		if (status.waiting()) {
			builder.outOfService();
		}
		else {
			builder.up();
		}
	}

}
