/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Duration;
import java.util.UUID;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

import io.rivetevents.extension.Backplane;
import io.rivetevents.test.backplane.AbstractBackplaneTests;

@TestInstance(Lifecycle.PER_CLASS)
class RedisBackplaneTests extends AbstractBackplaneTests {

	private TestRedis redis;

	private RedisNodes nodes;

	private String channel = "rivet.events:1";

	TestRedis redis() {
		return TestRedis.embedded();
	}

	@BeforeAll
	void startRedis() {
		this.redis = redis();
		this.redis.start();
		this.nodes = new RedisNodes(this.redis.port());
	}

	@AfterEach
	void changeChannel() {
		this.channel = "rivet.events:1:" + UUID.randomUUID();
	}

	@AfterAll
	void stopRedis() {
		this.nodes.close();
		this.redis.close();
	}

	@Override
	protected Backplane createNode() {
		Duration longerThanAMachinePauses = Duration.ofSeconds(1);
		return this.nodes.create(this.channel, longerThanAMachinePauses);
	}

}
