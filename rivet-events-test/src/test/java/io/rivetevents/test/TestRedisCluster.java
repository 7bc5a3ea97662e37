/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import org.awaitility.Awaitility;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A real cluster of three nodes, each with a third of the slots.
 */
final class TestRedisCluster implements AutoCloseable {

	private static final int SLOTS = 16384;

	private static final int NODES = 3;

	private final List<TestRedis> nodes = new ArrayList<>();

	private final List<Integer> busPorts = new ArrayList<>();

	/**
	 * Create a cluster.
	 * @param directory where the nodes write
	 */
	TestRedisCluster(Path directory) {
		for (int i = 0; i < NODES; i++) {
			int busPort = TestRedis.freePort();
			this.busPorts.add(busPort);
			this.nodes.add(TestRedis.installed("--cluster-enabled", "yes", "--cluster-config-file", i + ".conf",
					"--cluster-port", String.valueOf(busPort), "--dir", directory.toString()));
		}
	}

	void start() {
		this.nodes.forEach(TestRedis::start);
		for (int i = 0; i < NODES; i++) {
			join(i);
		}
		this.nodes.forEach((node) -> Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> isReady(node)));
	}

	@SuppressWarnings("unchecked")
	private void join(int index) {
		call(this.nodes.get(index), (commands) -> {
			commands.clusterAddSlotsRange(Range.create(SLOTS * index / NODES, SLOTS * (index + 1) / NODES - 1));
			return commands.dispatch(CommandType.CLUSTER, new StatusOutput<>(StringCodec.UTF8),
					new CommandArgs<>(StringCodec.UTF8).add("MEET")
						.add("127.0.0.1")
						.add(this.nodes.get(0).port())
						.add(this.busPorts.get(0)));
		});
	}

	private static boolean isReady(TestRedis node) {
		String info = call(node, RedisCommands::clusterInfo);
		return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + NODES);
	}

	private static String call(TestRedis node, Function<RedisCommands<String, String>, String> call) {
		RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", node.port()));
		try {
			return call.apply(client.connect().sync());
		}
		finally {
			client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
		}
	}

	/** Connections as an application has them. */
	LettuceConnectionFactory connections() {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(
				new RedisClusterConfiguration(List.of("127.0.0.1:" + this.nodes.get(0).port())));
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

	@Override
	public void close() {
		this.nodes.forEach(TestRedis::close);
	}

}
