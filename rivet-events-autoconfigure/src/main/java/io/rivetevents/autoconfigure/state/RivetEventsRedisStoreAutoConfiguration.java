/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.time.Clock;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsProperties;
import io.rivetevents.redis.store.RedisActorStateStore;
import io.rivetevents.redis.store.RedisStoreSettings;

/**
 * Auto-configuration of the store in Redis.
 */
@AutoConfiguration(before = RivetEventsAutoConfiguration.class,
		afterName = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
@ConditionalOnBooleanProperty(name = "rivet.events.enabled", matchIfMissing = true)
@ConditionalOnProperty(name = "rivet.events.state.store", havingValue = "redis")
@ConditionalOnClass({ LettuceConnectionFactory.class, RedisActorStateStore.class })
@ConditionalOnMissingBean(ActorStateStore.class)
public final class RivetEventsRedisStoreAutoConfiguration {

	/** Id of no instance. */
	private static final String NONE = "start";

	@Bean
	RedisActorStateStore rivetRedisActorStateStore(ObjectProvider<LettuceConnectionFactory> connections,
			RivetEventsProperties properties, ObjectProvider<Clock> clock) {
		LettuceConnectionFactory found = connections.getIfUnique();
		if (found == null) {
			throw unusable("a LettuceConnectionFactory is missing, or there are several",
					"Set spring.data.redis.*, or declare one LettuceConnectionFactory bean that is @Primary");
		}
		RedisActorStateStore store = new RedisActorStateStore(found, settings(properties.state().redis()),
				clock.getIfUnique(Clock::systemUTC));
		try {
			store.loadById(NONE); // fails at the start rather than at the first call
		}
		catch (RuntimeException ex) {
			store.close();
			throw ex;
		}
		return store;
	}

	private static RedisStoreSettings settings(RivetEventsProperties.StateRedis redis) {
		try {
			return new RedisStoreSettings(redis.prefix(), redis.commandTimeout(), redis.waitReplicas(),
					redis.waitTimeout());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException("rivet.events.state.redis.prefix", redis.prefix(),
					String.valueOf(ex.getMessage()),
					"Set rivet.events.state.redis.prefix to a prefix such as \"chat:\"");
		}
	}

	private static RuntimeException unusable(String problem, String action) {
		return new InvalidSettingException("rivet.events.state.store", "redis", problem, action);
	}

}
