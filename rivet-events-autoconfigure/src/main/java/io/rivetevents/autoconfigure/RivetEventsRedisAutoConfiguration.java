/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.cluster.NodeQueries;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.Backplane;
import io.rivetevents.redis.RedisBackplane;
import io.rivetevents.redis.RedisNode;
import io.rivetevents.redis.RedisSettings;

/**
 * Auto-configuration of the Redis backplane.
 */
@AutoConfiguration(before = RivetEventsAutoConfiguration.class,
		afterName = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
@ConditionalOnBooleanProperty(name = "rivet.events.enabled", matchIfMissing = true)
@ConditionalOnProperty(name = "rivet.events.backplane", havingValue = "redis")
@ConditionalOnClass({ LettuceConnectionFactory.class, RedisBackplane.class })
@ConditionalOnMissingBean(Backplane.class)
public final class RivetEventsRedisAutoConfiguration {

	@Bean
	RedisBackplane rivetRedisBackplane(ObjectProvider<LettuceConnectionFactory> connections,
			RivetEventsProperties properties, OutboundRegistry registry,
			@Qualifier("rivetActorTimers") Scheduler timers, @Qualifier("rivetActorWorkers") Scheduler workers) {
		LettuceConnectionFactory found = connections.getIfUnique();
		if (found == null) {
			throw new InvalidSettingException("rivet.events.backplane", "redis",
					"a LettuceConnectionFactory is missing, or there are several",
					"Set spring.data.redis.*, or declare one LettuceConnectionFactory bean that is @Primary");
		}
		RivetEventsProperties.Redis redis = properties.redis();
		RedisNode node = new RedisNode(registry.node(), (query) -> NodeQueries.answer(registry, query), workers);
		return new RedisBackplane(node, found, new RedisSettings(redis.channel(), redis.heartbeat(),
				redis.commandTimeout(), (int) redis.maxMessageSize().toBytes()), timers);
	}

	/** Nodes of a cluster query each other without Redis. */
	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "rivet.events.cluster.enabled", havingValue = false, matchIfMissing = true)
	OtherNodes rivetRedisNodes(RedisBackplane backplane) {
		return backplane.others();
	}

}
