/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;

import io.lettuce.core.event.DefaultEventBus;
import io.lettuce.core.event.connection.DisconnectedEvent;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStringCommands.SetOption;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.types.Expiration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Connections of the backplane to the application's Redis.
 */
final class RedisLink {

	private final LettuceConnectionFactory factory;

	private final ClientResources resources;

	private final boolean ownsResources;

	private final ByteBuffer channel;

	private volatile @Nullable ReactiveRedisConnection publishing;

	private volatile @Nullable RedisConnection subscribed;

	/**
	 * Creates the link, which is not connected yet.
	 * @param application the application's connections, which define the server, the
	 * credentials and the encryption
	 * @param settings settings of the backplane
	 */
	RedisLink(LettuceConnectionFactory application, RedisSettings settings) {
		LettuceClientConfiguration client = application.getClientConfiguration();
		this.ownsResources = client.getClientResources().isEmpty();
		this.resources = client.getClientResources()
			.orElseGet(DefaultClientResources::create)
			.mutate()
			.eventBus(new DefaultEventBus(Schedulers.parallel()))
			.build();
		this.factory = DerivedConnections.of(application, this.resources, settings.commandTimeout());
		this.channel = ByteBuffer.wrap(settings.channel().getBytes(StandardCharsets.UTF_8));
	}

	/** Prepares the connections. */
	void start() {
		this.factory.afterPropertiesSet();
		this.factory.start();
	}

	/**
	 * Connects and subscribes, or reconnects. Blocks. Afterwards Lettuce reconnects and
	 * subscribes automatically when a connection ends, which {@link #interruptions()}
	 * reports. The receiver is called directly, without the queue of a reactive
	 * subscription.
	 * @param receiver receives the messages of the channel, on the event loop of the
	 * connection
	 * @param own another channel
	 * @param ownReceiver receives its messages
	 * @throws RuntimeException if Redis is not reachable
	 */
	void connect(Consumer<byte[]> receiver, String own, Consumer<byte[]> ownReceiver) {
		byte[] ownChannel = own.getBytes(StandardCharsets.UTF_8);
		RedisConnection before = this.subscribed;
		if (before != null) {
			this.factory.resetConnection();
		}
		RedisConnection connection = this.factory.getConnection();
		try {
			connection.subscribe(
					(message, pattern) -> (Arrays.equals(message.getChannel(), ownChannel) ? ownReceiver : receiver)
						.accept(message.getBody()),
					this.channel.array(), ownChannel);
			this.publishing = this.factory.getReactiveConnection();
			this.subscribed = connection;
		}
		finally {
			RedisConnection unused = (this.subscribed == connection) ? before : connection;
			if (unused != null) {
				unused.close();
			}
		}
	}

	/**
	 * Returns whether it has connected and subscribed at least once since the start. The
	 * connection may have ended since.
	 */
	boolean isConnected() {
		return this.subscribed != null;
	}

	/**
	 * Returns an element for each lost connection.
	 */
	Flux<?> interruptions() {
		return this.resources.eventBus().get().ofType(DisconnectedEvent.class);
	}

	/**
	 * Publishes a message. Messages are written at once, in the order of the
	 * subscriptions to the results.
	 * @return completes when Redis has received the message; an error if Redis is not
	 * reachable
	 */
	Mono<Long> publish(byte[] message) {
		return publish(this.channel.duplicate(), message);
	}

	/** Publishes a message on another channel. */
	Mono<Long> publish(String channel, byte[] message) {
		return publish(ByteBuffer.wrap(channel.getBytes(StandardCharsets.UTF_8)), message);
	}

	private Mono<Long> publish(ByteBuffer channel, byte[] message) {
		ReactiveRedisConnection connection = this.publishing;
		return (connection != null) ? connection.pubSubCommands().publish(channel, ByteBuffer.wrap(message))
				: Mono.error(() -> new IllegalStateException("Redis is not connected yet"));
	}

	/**
	 * Sets a key unless it exists.
	 * @param key the key
	 * @param duration time after which Redis deletes it
	 * @return whether it was set; an error if Redis is not reachable
	 */
	Mono<Boolean> setOnce(String key, Duration duration) {
		ReactiveRedisConnection connection = this.publishing;
		ByteBuffer name = ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8));
		return (connection != null)
				? connection.stringCommands()
					.set(name, ByteBuffer.allocate(0), Expiration.from(duration), SetOption.ifAbsent())
				: Mono.error(() -> new IllegalStateException("Redis is not connected yet"));
	}

	void stop() {
		this.publishing = null;
		RedisConnection connection = this.subscribed;
		this.subscribed = null;
		if (connection != null) {
			connection.close();
		}
		this.factory.destroy();
		if (this.ownsResources) {
			this.resources.shutdown();
		}
	}

}
