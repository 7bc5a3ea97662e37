/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;

/**
 * Reports whether events of other nodes arrive, and how many were lost.
 */
final class BackplaneHealthIndicator extends AbstractHealthIndicator {

	private final Backplane backplane;

	BackplaneHealthIndicator(Backplane backplane) {
		this.backplane = backplane;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		BackplaneStatus status = this.backplane.status();
		builder.status(status.connected() ? "UP" : "DOWN")
			.withDetail("published", status.published())
			.withDetail("received", status.received())
			.withDetail("notPublished", status.notPublished())
			.withDetail("lost", status.lost())
			.withDetail("interruptions", status.interruptions())
			.withDetail("malformed", status.malformed());
	}

}
