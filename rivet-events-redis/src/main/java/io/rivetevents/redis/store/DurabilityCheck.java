/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Logs which acknowledged changes Redis can lose with its present settings.
 */
final class DurabilityCheck {

	private static final Log logger = LogFactory.getLog(RedisActorStateStore.class);

	private final StoreConnection connection;

	private final int waitReplicas;

	DurabilityCheck(StoreConnection connection, int waitReplicas) {
		this.connection = connection;
		this.waitReplicas = waitReplicas;
	}

	/** Reads the settings of Redis and logs one warning if something can be lost. */
	void run(RedisClusterAsyncCommands<byte[], byte[]> commands) {
		try {
			List<String> losses = losses(commands);
			if (!losses.isEmpty()) {
				logger.warn("Redis can lose stored instances: " + String.join("; ", losses));
			}
		}
		catch (RedisStateException ex) {
			logger.warn("The settings of Redis cannot be read, and it may lose stored instances: instances are durable"
					+ " only with 'appendonly yes', 'appendfsync always' and 'maxmemory-policy noeviction'. "
					+ ex.getMessage());
		}
	}

	private List<String> losses(RedisClusterAsyncCommands<byte[], byte[]> commands) {
		List<String> losses = new ArrayList<>();
		String appendFsync = setting(commands, "appendfsync");
		if (!setting(commands, "appendonly").equals("yes")) {
			losses.add("'appendonly' is off, so everything since the last snapshot is lost when the process ends");
		}
		else if (!appendFsync.equals("always")) {
			losses.add("'appendfsync' is '%s' instead of 'always', so the changes of %s are lost with the machine"
				.formatted(appendFsync, appendFsync.equals("everysec") ? "the last second" : "up to 30 seconds"));
		}
		String policy = setting(commands, "maxmemory-policy");
		if (!policy.equals("noeviction") && !setting(commands, "maxmemory").equals("0")) {
			losses.add("'maxmemory-policy' is '%s' instead of 'noeviction', so stored data is deleted when the memory"
				.formatted(policy) + " is full");
		}
		if (this.waitReplicas == 0 && hasReplicas(commands)) {
			losses.add("changes do not wait for replicas, so a failover loses what the new primary has not received");
		}
		return losses;
	}

	private String setting(RedisClusterAsyncCommands<byte[], byte[]> commands, String name) {
		Map<String, String> values = await(commands.configGet(name));
		return values.getOrDefault(name, "");
	}

	private boolean hasReplicas(RedisClusterAsyncCommands<byte[], byte[]> commands) {
		return await(commands.info("replication")).lines()
			.anyMatch((line) -> line.startsWith("connected_slaves:") && !line.equals("connected_slaves:0"));
	}

	private <T> T await(Future<T> answer) {
		return this.connection.await(answer, "Reading the settings of Redis");
	}

}
