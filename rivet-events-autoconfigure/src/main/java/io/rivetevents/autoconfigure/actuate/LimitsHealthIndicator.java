/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.Map;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;

/**
 * Reports how much of each limit of the node is used. It is always up: a node at a limit
 * still serves the clients that it has.
 */
final class LimitsHealthIndicator extends AbstractHealthIndicator {

	private final Limits limits;

	LimitsHealthIndicator(Limits limits) {
		this.limits = limits;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		builder.up()
			.withDetail(NodeReader.name(Limit.NODE_CONNECTIONS), detail(Limit.NODE_CONNECTIONS,
					this.limits.connections(), this.limits.settings().node().connections()));
		for (ByteBudget budget : this.limits.budgets()) {
			builder.withDetail(NodeReader.name(budget.limit()), detail(budget.limit(), budget.used(), budget.max()));
		}
	}

	private Map<String, Long> detail(Limit limit, long used, long max) {
		return Map.of("used", used, "max", max, "hits", this.limits.hits().count(limit));
	}

}
