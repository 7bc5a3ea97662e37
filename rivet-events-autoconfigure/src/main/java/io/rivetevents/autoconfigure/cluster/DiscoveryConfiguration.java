/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import java.time.Clock;
import java.util.List;
import java.util.function.BiFunction;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.autoconfigure.RivetEventsProperties;
import io.rivetevents.autoconfigure.state.RivetEventsJdbcAutoConfiguration.StoreDatabase;
import io.rivetevents.cluster.engine.ClusterStartException;
import io.rivetevents.cluster.engine.Discovery;
import io.rivetevents.cluster.engine.DnsDiscovery;
import io.rivetevents.cluster.engine.JdbcDiscovery;
import io.rivetevents.cluster.engine.StaticDiscovery;
import io.rivetevents.redis.discovery.RedisDiscovery;

/**
 * How a node finds the others: in the store if it can have their addresses, by a list, or
 * by DNS.
 */
@Configuration(proxyBeanMethods = false)
class DiscoveryConfiguration {

	private static final String PREFIX = "rivet.events.cluster.";

	/** Present if the store is Redis. */
	@FunctionalInterface
	interface StoreRedis {

		Discovery discovery();

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ LettuceConnectionFactory.class, RedisDiscovery.class })
	@ConditionalOnProperty(name = "rivet.events.state.store", havingValue = "redis")
	static class RedisConfiguration {

		@Bean
		StoreRedis rivetStoreRedis(ObjectProvider<LettuceConnectionFactory> connections, RivetEventsProperties events) {
			RivetEventsProperties.StateRedis redis = events.state().redis();
			return () -> new RedisDiscovery(connections.getObject(), redis.prefix(), redis.commandTimeout());
		}

	}

	@Bean
	@ConditionalOnMissingBean
	Discovery rivetClusterDiscovery(RivetEventsClusterProperties properties, RivetEventsProperties events,
			ObjectProvider<StoreDatabase> databases, ObjectProvider<StoreRedis> redis, ObjectProvider<Clock> clock,
			Environment environment) {
		if (properties.jgroupsConfig() != null) {
			return (cluster) -> List.of(); // the configuration has its own
		}
		StoreDatabase database = databases.getIfAvailable();
		StoreRedis nodes = redis.getIfAvailable();
		return switch (choose(properties, database != null, nodes != null)) {
			case STATIC -> byNodes(properties, StaticDiscovery::new, "host:port of each node, separated by commas");
			case DNS -> byNodes(properties, DnsDiscovery::new, "a DNS name that has the addresses of all nodes");
			case KUBERNETES -> KubernetesDiscovery.create(properties, environment);
			case JDBC -> {
				if (database == null) {
					throw notTheStore("jdbc", "the store is not in a database");
				}
				yield new JdbcDiscovery(database.dataSource(), events.state().jdbc().tablePrefix(),
						clock.getIfUnique(Clock::systemUTC));
			}
			case REDIS -> {
				if (nodes == null) {
					throw notTheStore("redis", "the store is not in Redis");
				}
				yield nodes.discovery();
			}
		};
	}

	private static RivetEventsClusterProperties.Discovery choose(RivetEventsClusterProperties properties,
			boolean hasDatabase, boolean hasRedis) {
		RivetEventsClusterProperties.Discovery chosen = properties.discovery();
		if (chosen != null) {
			return chosen;
		}
		if (!properties.nodes().isEmpty()) {
			return RivetEventsClusterProperties.Discovery.STATIC;
		}
		return hasDatabase ? RivetEventsClusterProperties.Discovery.JDBC : hasRedis
				? RivetEventsClusterProperties.Discovery.REDIS : RivetEventsClusterProperties.Discovery.STATIC;
	}

	private static Discovery byNodes(RivetEventsClusterProperties properties,
			BiFunction<List<String>, Integer, Discovery> discovery, String expected) {
		try {
			return discovery.apply(properties.nodes(), properties.port());
		}
		catch (ClusterStartException ex) {
			throw new InvalidSettingException(PREFIX + "nodes", properties.nodes(), ex.problem(),
					"Set rivet.events.cluster.nodes to " + expected);
		}
	}

	private static RuntimeException notTheStore(String value, String problem) {
		return new InvalidSettingException(PREFIX + "discovery", value, problem,
				"Set rivet.events.cluster.discovery to static and rivet.events.cluster.nodes to the nodes");
	}

}
