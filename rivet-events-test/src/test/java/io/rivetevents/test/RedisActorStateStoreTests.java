/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.redis.store.RedisActorStateStore;
import io.rivetevents.test.store.AbstractActorStateStoreTests;

class RedisActorStateStoreTests extends AbstractActorStateStoreTests {

	private static TestRedis redis;

	private static RedisNodes nodes;

	private static RedisActorStateStore store;

	@BeforeAll
	static void startRedis() {
		start(TestRedis.embedded());
	}

	static void start(TestRedis started) {
		redis = started;
		redis.start();
		nodes = new RedisNodes(redis.port());
		store = nodes.createStore();
	}

	@AfterAll
	static void stopRedis() {
		store.close();
		nodes.close();
		redis.close();
	}

	@Override
	protected ActorStateStore createStore() {
		return store;
	}

}
