/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * The same with the Redis of the operating system, which is another version.
 */
@EnabledIf(value = "isInstalled", disabledReason = "No redis-server is installed")
class InstalledRedisActorStateStoreTests extends RedisActorStateStoreTests {

	static boolean isInstalled() {
		return TestRedis.findInstalled().isPresent();
	}

	@BeforeAll
	static void startRedis() {
		start(TestRedis.installed());
	}

}
