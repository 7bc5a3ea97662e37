/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.redis.store.RedisActorStateStore;
import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.redis.RedisBackplane;
import io.rivetevents.redis.RedisNode;
import io.rivetevents.redis.RedisSettings;
import io.rivetevents.redis.store.RedisStoreSettings;

/**
 * Backplanes and stores of one Redis.
 */
final class RedisNodes implements AutoCloseable {

	static final int MAX_MESSAGE_SIZE = 100_000;

	private final int port;

	private final Scheduler timers = Schedulers.newSingle("test-timers", true);

	private final List<LettuceConnectionFactory> factories = new ArrayList<>();

	RedisNodes(int port) {
		this.port = port;
	}

	RedisBackplane create(String channel) {
		return create(channel, Duration.ofMillis(100));
	}

	RedisBackplane create(String channel, Duration heartbeat) {
		return create(channel, heartbeat, UUID.randomUUID().toString(), (query) -> new NodeAnswer.Found(List.of(), 0));
	}

	/**
	 * Creates a node with a name that answers queries.
	 */
	RedisBackplane create(String channel, Duration heartbeat, String name, Function<NodeQuery, NodeAnswer> answers) {
		return new RedisBackplane(new RedisNode(name, answers, Schedulers.boundedElastic()), connections(),
				new RedisSettings(channel, heartbeat, Duration.ofSeconds(10), MAX_MESSAGE_SIZE), this.timers);
	}

	/** Create a store that waits for no replicas. */
	RedisActorStateStore createStore() {
		return createStore(Duration.ofSeconds(10), 0);
	}

	/**
	 * Create a store.
	 * @param timeout longest time to wait for Redis
	 * @param waitReplicas number of replicas that must have received a change
	 */
	RedisActorStateStore createStore(Duration timeout, int waitReplicas) {
		return new RedisActorStateStore(connections(),
				new RedisStoreSettings("rivet:", timeout, waitReplicas, Duration.ofMillis(500)));
	}

	/** Connections as an application has them. */
	LettuceConnectionFactory connections() {
		LettuceConnectionFactory factory = new LettuceConnectionFactory("127.0.0.1", this.port);
		factory.afterPropertiesSet();
		factory.start();
		this.factories.add(factory);
		return factory;
	}

	@Override
	public void close() {
		this.factories.forEach(LettuceConnectionFactory::destroy);
		this.timers.dispose();
	}

}
