/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.util.function.ToLongFunction;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.OutboxStatus;
import io.rivetevents.outbox.StoredOutbox;

/**
 * Meters of what a node uses besides its own memory. Each reads a status when the meters
 * are exported.
 */
final class NeighbourMeters {

	private NeighbourMeters() {
	}

	/** Returns the meters of a backplane to other nodes. */
	static MeterBinder of(Backplane backplane) {
		return (registry) -> {
			RivetMeter.BACKPLANE_CONNECTED.gauge(registry, backplane, (each) -> each.status().connected() ? 1 : 0);
			count(RivetMeter.BACKPLANE_PUBLISHED, registry, backplane, BackplaneStatus::published);
			count(RivetMeter.BACKPLANE_RECEIVED, registry, backplane, BackplaneStatus::received);
			count(RivetMeter.BACKPLANE_UNPUBLISHED, registry, backplane, BackplaneStatus::notPublished);
			count(RivetMeter.BACKPLANE_LOST, registry, backplane, BackplaneStatus::lost);
			count(RivetMeter.BACKPLANE_INTERRUPTIONS, registry, backplane, BackplaneStatus::interruptions);
			count(RivetMeter.BACKPLANE_MALFORMED, registry, backplane, BackplaneStatus::malformed);
		};
	}

	private static void count(RivetMeter meter, MeterRegistry registry, Backplane backplane,
			ToLongFunction<BackplaneStatus> count) {
		meter.count(registry, backplane, (each) -> count.applyAsLong(each.status()));
	}

	/** Returns the meters of an outbox. */
	static MeterBinder of(StoredOutbox outbox) {
		return (registry) -> {
			count(registry, outbox, OutboxStatus::sent, "sent");
			count(registry, outbox, OutboxStatus::executed, "executed");
			count(registry, outbox, OutboxStatus::unreceived, "unreceived");
			count(registry, outbox, OutboxStatus::postponed, "postponed");
			count(registry, outbox, OutboxStatus::failed, "failed");
		};
	}

	private static void count(MeterRegistry registry, StoredOutbox outbox, ToLongFunction<OutboxStatus> count,
			String outcome) {
		RivetMeter.OUTBOX.count(registry, outbox, (each) -> count.applyAsLong(each.status()), outcome);
	}

}
