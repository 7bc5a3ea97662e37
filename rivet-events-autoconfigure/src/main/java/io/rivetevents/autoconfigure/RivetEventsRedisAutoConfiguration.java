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

import io.rivetevents.extension.Backplane;
import io.rivetevents.redis.RedisBackplane;
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
			RivetEventsProperties properties, @Qualifier("rivetActorTimers") Scheduler timers) {
		LettuceConnectionFactory found = connections.getIfUnique();
		if (found == null) {
			throw new InvalidSettingException("rivet.events.backplane", "redis",
					"a LettuceConnectionFactory is missing, or there are several",
					"Set spring.data.redis.*, or declare one LettuceConnectionFactory bean that is @Primary");
		}
		RivetEventsProperties.Redis redis = properties.redis();
		return new RedisBackplane(found, new RedisSettings(redis.channel(), redis.heartbeat(), redis.commandTimeout(),
				(int) redis.maxMessageSize().toBytes()), timers);
	}

}
