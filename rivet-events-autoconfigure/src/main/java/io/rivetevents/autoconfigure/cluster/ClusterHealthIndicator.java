/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

import io.rivetevents.cluster.directory.ClusterNode;

/**
 * Reports how many nodes are joined, and what waits for them. A node that owns nothing
 * because it has lost most of the others is out of service.
 */
final class ClusterHealthIndicator extends AbstractHealthIndicator {

	private final ClusterNode node;

	ClusterHealthIndicator(ClusterNode node) {
		super("The state of the cluster cannot be read");
		this.node = node;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		ClusterNode.Status status = this.node.status();
		builder.withDetail("nodes", status.nodes())
			.withDetail("forwarded", status.sent())
			.withDetail("pending", status.pending())
			.withDetail("links", status.links())
			.withDetail("backlog", status.backlog());
		if (status.waiting()) {
			builder.outOfService();
		}
		else {
			builder.up();
		}
	}

}
