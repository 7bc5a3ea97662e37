/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.util.function.ToLongFunction;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.rivetevents.cluster.status.Cluster;
import io.rivetevents.cluster.status.ClusterStatus;

/**
 * Meters of a cluster, read from its status when the meters are exported.
 */
final class ClusterMeters {

	private ClusterMeters() {
	}

	/** Returns the meters of a cluster. */
	static MeterBinder of(Cluster cluster) {
		return (registry) -> {
			gauge(RivetMeter.CLUSTER_NODES, registry, cluster, ClusterStatus::nodes);
			gauge(RivetMeter.CLUSTER_WAITING, registry, cluster, (status) -> status.waiting() ? 1 : 0);
			gauge(RivetMeter.CLUSTER_REQUESTS, registry, cluster, ClusterStatus::pending);
			gauge(RivetMeter.CLUSTER_LINKS, registry, cluster, ClusterStatus::links);
			gauge(RivetMeter.CLUSTER_BACKLOG, registry, cluster, ClusterStatus::backlog);
			bindCounters(registry, cluster);
		};
	}

	private static void bindCounters(MeterRegistry registry, Cluster cluster) {
		count(RivetMeter.CLUSTER_FORWARDED, registry, cluster, ClusterStatus.Counters::forwarded);
		count(RivetMeter.CLUSTER_INSTANCES, registry, cluster, ClusterStatus.Counters::taken, "taken");
		count(RivetMeter.CLUSTER_INSTANCES, registry, cluster, ClusterStatus.Counters::released, "released");
		count(RivetMeter.CLUSTER_INSTANCES, registry, cluster, ClusterStatus.Counters::handedOver, "handed-over");
		count(RivetMeter.CLUSTER_INSTANCES, registry, cluster, ClusterStatus.Counters::notHandedOver,
				"not-handed-over");
		count(RivetMeter.CLUSTER_INSTANCES, registry, cluster, ClusterStatus.Counters::fenced, "fenced");
		count(RivetMeter.CLUSTER_INSTANCES, registry, cluster, ClusterStatus.Counters::refused, "refused");
		count(RivetMeter.CLUSTER_RECONNECTED, registry, cluster, ClusterStatus.Counters::reconnected);
		count(RivetMeter.CLUSTER_RESYNCED, registry, cluster, ClusterStatus.Counters::resynced);
		count(RivetMeter.CLUSTER_MINORITY, registry, cluster, ClusterStatus.Counters::smallerPart);
	}

	private static void gauge(RivetMeter meter, MeterRegistry registry, Cluster cluster,
			ToLongFunction<ClusterStatus> value) {
		meter.gauge(registry, cluster, (each) -> value.applyAsLong(each.status()));
	}

	private static void count(RivetMeter meter, MeterRegistry registry, Cluster cluster,
			ToLongFunction<ClusterStatus.Counters> count, String... tags) {
		meter.count(registry, cluster, (each) -> count.applyAsLong(each.status().counters()), tags);
	}

}
