/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsRedisAutoConfiguration;
import io.rivetevents.autoconfigure.cluster.RivetEventsClusterAutoConfiguration;
import io.rivetevents.autoconfigure.state.RivetEventsOutboxAutoConfiguration;
import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.cluster.status.Cluster;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.Backplane;
import io.rivetevents.limit.Limits;
import io.rivetevents.outbound.QueuedTotal;
import io.rivetevents.outbox.StoredOutbox;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.placement.LocalNode;

/**
 * Auto-configuration of the meters, in an application with a {@link MeterRegistry}.
 */
@AutoConfiguration(
		after = { RivetEventsAutoConfiguration.class, RivetEventsRedisAutoConfiguration.class,
				RivetEventsClusterAutoConfiguration.class, RivetEventsOutboxAutoConfiguration.class },
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnSingleCandidate(MeterRegistry.class)
@ConditionalOnBean(LocalNode.class)
public final class RivetEventsMetricsAutoConfiguration {

	/** The node requires the observers, so they must not require it. */
	@Bean
	Snapshot<AwakeInstances> rivetAwakeInstances(ObjectProvider<LocalNode> node, MeterRegistry registry) {
		return new Snapshot<>(() -> new AwakeInstances(node.getObject()), registry.config().clock());
	}

	@Bean
	MeterObserver rivetMeterObserver(MeterRegistry registry, ActorTypes types, Snapshot<AwakeInstances> awake) {
		return new MeterObserver(registry, types, awake);
	}

	@Bean
	NodeMeters rivetNodeMeters(LocalNode node, Snapshot<AwakeInstances> awake, OutboundRegistry connections,
			Limits limits, ObjectProvider<QueuedTotal> queues, @Qualifier("rivetActorWorkers") Scheduler workers) {
		return new NodeMeters(node, awake, connections, limits, queues.getIfAvailable(), workers);
	}

	@Bean
	@ConditionalOnMissingBean(LocalBackplane.class)
	MeterBinder rivetBackplaneMeters(Backplane backplane) {
		return NeighbourMeters.of(backplane);
	}

	@Bean
	@ConditionalOnBean(StoredOutbox.class)
	MeterBinder rivetOutboxMeters(StoredOutbox outbox) {
		return NeighbourMeters.of(outbox);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Cluster.class)
	@ConditionalOnBean(Cluster.class)
	static class OfCluster {

		@Bean
		MeterBinder rivetClusterMeters(Cluster cluster) {
			return ClusterMeters.of(cluster);
		}

	}

}
