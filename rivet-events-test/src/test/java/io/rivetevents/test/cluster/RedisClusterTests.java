/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import io.rivetevents.test.TestRedis;

/** Nodes find each other by a list of addresses. */
@ExtendWith(EssentialTests.class)
@EnabledIf(value = "isInstalled", disabledReason = "No redis-server is installed")
class RedisClusterTests extends AbstractClusterTests {

	@TempDir
	static Path directory;

	private TestRedis redis;

	static boolean isInstalled() {
		return TestRedis.findInstalled().isPresent();
	}

	@AfterAll
	void stopRedis() {
		if (this.redis != null) {
			this.redis.close();
		}
	}

	@Override
	protected Map<String, String> properties() {
		this.redis = TestRedis.durable(directory);
		this.redis.start();
		return Map.of("spring.data.redis.port", "" + this.redis.port(), "rivet.events.state.store", "redis",
				"spring.autoconfigure.exclude",
				"org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration");
	}

}
