/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.redis.store.RedisActorStateStore;
import io.rivetevents.test.store.AbstractDurableStoreTests;
import io.rivetevents.test.store.ActorStateStoreFactory;

/**
 * Kills a Redis that forces each change to the disk, while the process writes, and then
 * the process.
 */
@EnabledIf(value = "isInstalled", disabledReason = "No redis-server is installed")
class RedisDurableStoreTests extends AbstractDurableStoreTests {

	@TempDir
	Path directory;

	private TestRedis redis;

	static boolean isInstalled() {
		return TestRedis.findInstalled().isPresent();
	}

	@BeforeEach
	void startRedis() {
		this.redis = TestRedis.durable(this.directory);
		this.redis.start();
	}

	@AfterEach
	void stopRedis() {
		this.redis.close();
	}

	@Override
	protected Class<? extends ActorStateStoreFactory> factory() {
		return Factory.class;
	}

	@Override
	protected String location() {
		return String.valueOf(this.redis.port());
	}

	@Override
	protected void kill(Process writer) {
		this.redis.kill();
		super.kill(writer);
	}

	@Override
	protected void restart() {
		this.redis.start();
	}

	/** Connects to the Redis of a port. */
	public static class Factory implements ActorStateStoreFactory {

		@Override
		public ActorStateStore open(String port) {
			RedisNodes nodes = new RedisNodes(Integer.parseInt(port));
			return new Store(nodes, nodes.createStore());
		}

	}

	private static final class Store extends DelegatingActorStateStore implements AutoCloseable {

		private final RedisNodes nodes;

		private final RedisActorStateStore store;

		Store(RedisNodes nodes, RedisActorStateStore store) {
			super(store);
			this.nodes = nodes;
			this.store = store;
		}

		@Override
		public void close() {
			this.store.close();
			this.nodes.close();
		}

	}

}
