/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsWebAutoConfiguration;
import io.rivetevents.autoconfigure.cluster.RivetEventsClusterAutoConfiguration;
import io.rivetevents.autoconfigure.state.RivetEventsOutboxAutoConfiguration;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.cluster.directory.ClusterNode;
import io.rivetevents.connection.Connections;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.Backplane;
import io.rivetevents.limit.Limits;
import io.rivetevents.outbound.QueuedTotal;
import io.rivetevents.outbox.StoredOutbox;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.placement.inspection.Inspection;

/**
 * Auto-configuration of the Actuator endpoint {@code rivetevents}, if it is exposed.
 */
@AutoConfiguration(after = { RivetEventsAutoConfiguration.class, RivetEventsWebAutoConfiguration.class,
		RivetEventsClusterAutoConfiguration.class, RivetEventsOutboxAutoConfiguration.class })
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBean(LocalNode.class)
@ConditionalOnAvailableEndpoint(RivetEventsEndpoint.class)
@EnableConfigurationProperties(RivetEventsEndpointProperties.class)
public final class RivetEventsEndpointAutoConfiguration {

	@Bean
	Inspection rivetInspection(LocalNode node) {
		return node.createInspection();
	}

	@Bean
	StateSanitizer rivetStateSanitizer(ObjectProvider<SanitizingFunction> functions, ValueMapper mapper) {
		return new StateSanitizer(functions.orderedStream().toList(), mapper);
	}

	@Bean
	DeliveryQueries rivetDeliveryQueries(Inspection inspection, ActorTypes types,
			@Qualifier("rivetActorWorkers") Scheduler workers) {
		return new DeliveryQueries(inspection.recordings(), types, workers);
	}

	@Bean
	NodeReader rivetNodeReader(LocalNode node, ActorTypes types, Inspection inspection, DeliveryQueries deliveries,
			OutboundRegistry registry, Limits limits, ActorStateStore store, Backplane backplane,
			@Qualifier("rivetActorWorkers") Scheduler workers, ObjectProvider<QueuedTotal> queues,
			ObjectProvider<StoredOutbox> outbox, ObjectProvider<ClusterDescription.Source> cluster) {
		return new NodeReader(node, types, inspection, deliveries, registry, limits, store, backplane, workers,
				new NodeReader.Neighbours(queues.getIfAvailable(), outbox.getIfAvailable(), cluster.getIfAvailable()));
	}

	@Bean
	RemoteInstances rivetRemoteInstances(Inspection inspection, OutboundRegistry registry,
			ObjectProvider<ClusterDescription.Source> cluster) {
		ClusterDescription.Source source = cluster.getIfAvailable();
		return new RemoteInstances(inspection::otherNode, (source != null) ? source.others() : OtherNodes.NONE,
				registry.operators());
	}

	@Bean
	RivetEventsEndpoint rivetEventsEndpoint(LocalNode node, ActorTypes types, Inspection inspection,
			OutboundRegistry registry, Connections connections, NodeReader reader, DeliveryQueries deliveries,
			RemoteInstances remote, StateSanitizer sanitizer, @Qualifier("rivetActorWorkers") Scheduler workers,
			RivetEventsEndpointProperties properties) {
		return new RivetEventsEndpoint(reader, new InstanceQueries(inspection, types, registry, connections, sanitizer),
				deliveries, new NodeOperations(node, inspection, registry, connections, workers), remote, properties);
	}

	@Bean
	RivetEventsEndpointWebExtension rivetEventsEndpointWebExtension(RivetEventsEndpoint endpoint) {
		return new RivetEventsEndpointWebExtension(endpoint);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ClusterNode.class)
	@ConditionalOnBean(ClusterNode.class)
	static class OfCluster {

		@Bean
		@RegisterReflectionForBinding({ ClusterDescription.class, ForwardedRequest.class })
		ClusterDescription.Source rivetClusterDescription(ClusterNode node) {
			return new ClusterDescription.Source(() -> ClusterDescription.of(node), node.others());
		}

	}

}
