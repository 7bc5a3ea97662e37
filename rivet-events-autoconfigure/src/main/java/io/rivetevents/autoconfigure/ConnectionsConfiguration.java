/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.function.SingletonSupplier;

import io.rivetevents.cluster.ClusterConnections;
import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.cluster.NodeCommands;
import io.rivetevents.cluster.NodeQueries;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.connection.Connections;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.delivery.Users;
import io.rivetevents.delivery.dispatch.ReactiveTransactions;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.Outbox;
import io.rivetevents.observation.Tracing;
import io.rivetevents.placement.LocalNode;

/**
 * The connections of this node, and what reaches those of other nodes.
 */
@Configuration(proxyBeanMethods = false)
class ConnectionsConfiguration {

	@Bean
	@ConditionalOnMissingBean(Backplane.class)
	LocalBackplane rivetBackplane() {
		return new LocalBackplane();
	}

	@Bean
	NodeCommands rivetNodeCommands(OutboundRegistry registry, Backplane backplane, ObjectProvider<LocalNode> node) {
		return new NodeCommands(registry, backplane, () -> node.ifAvailable(LocalNode::drain));
	}

	@Bean
	NodeQueries rivetNodeQueries(OutboundRegistry registry, Backplane backplane, ObjectProvider<OtherNodes> others) {
		boolean alone = backplane instanceof LocalBackplane;
		return new NodeQueries(registry, others.getIfAvailable(() -> alone ? OtherNodes.NONE : OtherNodes.UNKNOWN));
	}

	@Bean
	TargetServices rivetTargetServices(ValueMapper mapper, EventContracts contracts,
			ObjectProvider<ReactiveTransactions> transactions, ObjectProvider<Users> users) {
		return new TargetServices(mapper, contracts,
				RivetEventsAutoConfiguration.available(transactions, ReactiveTransactions.NONE),
				SingletonSupplier.of(() -> users.getIfAvailable(() -> Users.PLAIN)));
	}

	@Bean
	@ConditionalOnMissingBean(Connections.class)
	ClusterConnections rivetConnections(OutboundRegistry registry, Backplane backplane, NodeCommands commands,
			NodeQueries queries, TargetServices targets, ObjectProvider<Outbox> outbox,
			ObjectProvider<Tracing> tracing) {
		return new ClusterConnections(registry, backplane, commands, queries, targets,
				RivetEventsAutoConfiguration.available(outbox, Outbox.NONE),
				RivetEventsAutoConfiguration.available(tracing, Tracing.NONE));
	}

}
