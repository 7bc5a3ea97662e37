/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.store;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Connections whose changes wait for replicas. {@code WAIT} blocks its connection, so
 * these are not used for reads, and one {@code WAIT} at a time serves all changes that
 * were executed before it. It counts for changes of its own connection only.
 */
final class ReplicatedConnections {

	private final LettuceConnectionFactory factory;

	private final int replicas;

	private final Duration timeout;

	/** Of the connections that are in use: one, or one for each node of a cluster. */
	private final Map<StatefulConnection<?, ?>, Confirmation> confirmations = new ConcurrentHashMap<>();

	/**
	 * Creates the connections.
	 * @param factory connections that have been started; closed with these
	 * @param replicas number of replicas that must confirm a change
	 * @param timeout longest time to wait for them
	 */
	ReplicatedConnections(LettuceConnectionFactory factory, int replicas, Duration timeout) {
		this.factory = factory;
		this.replicas = replicas;
		this.timeout = timeout;
		this.factory.getRequiredNativeClient().addListener(new RedisConnectionStateListener() {

			@Override
			public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
				disconnected(connection);
			}

		});
	}

	private void disconnected(RedisChannelHandler<?, ?> connection) {
		Confirmation confirmation = (connection instanceof StatefulConnection<?, ?> stateful)
				? this.confirmations.remove(stateful) : null;
		if (confirmation != null) {
			confirmation.lost = true;
		}
	}

	/** Returns what confirms the changes of a connection, as long as it is connected. */
	Confirmation confirmation(StatefulRedisConnection<byte[], byte[]> connection) {
		return this.confirmations.computeIfAbsent(connection, (added) -> new Confirmation(connection.async()));
	}

	/** Returns the connection for changes of a key and those in the same slot. */
	static StatefulRedisConnection<byte[], byte[]> connection(RedisClusterAsyncCommands<byte[], byte[]> commands,
			byte[] key) {
		if (!(commands instanceof RedisAdvancedClusterAsyncCommands<byte[], byte[]> cluster)) {
			return ((RedisAsyncCommands<byte[], byte[]>) commands).getStatefulConnection();
		}
		StatefulRedisClusterConnection<byte[], byte[]> all = cluster.getStatefulConnection();
		RedisClusterNode primary = all.getPartitions().getMasterBySlot(SlotHash.getSlot(key));
		if (primary == null) {
			throw new RedisException("no node of the cluster serves the slot of the key");
		}
		return all.getConnection(primary.getNodeId());
	}

	/** Reads the nodes of a cluster again, after a failure. Does not wait. */
	void refresh() {
		if (this.factory.getNativeClient() instanceof RedisClusterClient cluster) {
			cluster.refreshPartitionsAsync();
		}
	}

	LettuceConnectionFactory factory() {
		return this.factory;
	}

	/**
	 * Confirms the changes of one connection. Runs one {@code WAIT} at a time on it.
	 */
	final class Confirmation {

		private final RedisClusterAsyncCommands<byte[], byte[]> commands;

		/** WAIT after a reconnect would cover none of the changes before. */
		private volatile boolean lost;

		private @Nullable CompletableFuture<Long> running;

		private @Nullable CompletableFuture<Long> next;

		private Confirmation(RedisClusterAsyncCommands<byte[], byte[]> commands) {
			this.commands = commands;
		}

		/**
		 * Returns the number of replicas that have received all changes that were
		 * executed on the connection before this call.
		 */
		synchronized Future<Long> request() {
			if (this.running == null) {
				return start(new CompletableFuture<>()).copy();
			}
			CompletableFuture<Long> waiting = this.next;
			if (waiting == null) {
				waiting = new CompletableFuture<>();
				this.next = waiting;
			}
			return waiting.copy();
		}

		private CompletableFuture<Long> start(CompletableFuture<Long> result) {
			RedisFuture<Long> answer = this.commands.waitForReplication(ReplicatedConnections.this.replicas,
					Math.max(1, ReplicatedConnections.this.timeout.toMillis()));
			this.running = result;
			answer.whenComplete((confirmed, failure) -> {
				finished();
				if (failure != null) {
					result.completeExceptionally(failure);
				}
				else {
					result.complete(confirmed);
				}
			});
			return result;
		}

		private synchronized void finished() {
			CompletableFuture<Long> waiting = this.next;
			this.running = null;
			this.next = null;
			if (waiting != null) {
				start(waiting);
			}
		}

		/**
		 * Checks a number of replicas.
		 * @throws RedisException if the connection was lost, so that the number is that
		 * of another one
		 * @return why the change is not confirmed, {@code null} if it is
		 */
		@Nullable String problem(long confirmed) {
			if (this.lost) {
				throw new RedisException("the connection was lost before replicas confirmed it");
			}
			return (confirmed >= ReplicatedConnections.this.replicas) ? null
					: "%d of %d replicas confirmed it within %s".formatted(confirmed,
							ReplicatedConnections.this.replicas, ReplicatedConnections.this.timeout);
		}

	}

}
