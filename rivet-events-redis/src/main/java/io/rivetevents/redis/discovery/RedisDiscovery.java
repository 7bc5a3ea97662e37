/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.discovery;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.RedisException;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.rivetevents.cluster.engine.Discovery;
import io.rivetevents.cluster.engine.HostAndPort;
import io.rivetevents.redis.DerivedConnections;

/**
 * Keeps the addresses of the nodes of a cluster in a sorted set of Redis,
 * {@code <prefix>nodes:<cluster>}: a member for each node, {@code node host:port}, with
 * the time of its last announcement. A member is ignored and deleted
 * {@value #SILENT_SECONDS} seconds later. All times are those of Redis, so that no clock
 * is compared with another. Redis loses the set when it is started again without its
 * data; the nodes announce themselves again every few seconds. Safe for use by several
 * threads.
 */
public final class RedisDiscovery implements Discovery, AutoCloseable {

	/** Time without an announcement after which an address is deleted, in seconds. */
	static final int SILENT_SECONDS = 30;

	private static final int DEFAULT_PORT = 7800;

	private static final Log logger = LogFactory.getLog(RedisDiscovery.class);

	private static final byte[] FIND = script("""
			return redis.call('zrangebyscore', KEYS[1], redis.call('time')[1] - %d, '+inf')""");

	private static final byte[] ANNOUNCE = script("""
			local now = redis.call('time')[1]
			redis.call('zremrangebyscore', KEYS[1], '-inf', '(' .. (now - %1$d))
			redis.call('zadd', KEYS[1], now, ARGV[1])
			redis.call('expire', KEYS[1], %1$d)
			return {}""");

	private static final byte[] WITHDRAW = script("""
			redis.call('zrem', KEYS[1], ARGV[1])
			return {}""");

	private final String prefix;

	private final ClientResources resources;

	private final boolean ownsResources;

	private final LettuceConnectionFactory factory;

	/**
	 * Creates an instance. Redis is not used yet.
	 * @param application the application's connections; the discovery opens its own to
	 * the same server
	 * @param prefix start of the key
	 * @param commandTimeout longest time to wait for the answer of Redis
	 */
	public RedisDiscovery(LettuceConnectionFactory application, String prefix, Duration commandTimeout) {
		this.prefix = prefix;
		this.ownsResources = application.getClientConfiguration().getClientResources().isEmpty();
		this.resources = application.getClientConfiguration()
			.getClientResources()
			.orElseGet(DefaultClientResources::create);
		this.factory = DerivedConnections.of(application, this.resources, commandTimeout);
		this.factory.afterPropertiesSet();
		this.factory.start();
	}

	private static byte[] script(String text) {
		return bytes(text.formatted(SILENT_SECONDS));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	@Override
	public List<InetSocketAddress> find(String cluster) {
		List<InetSocketAddress> addresses = new ArrayList<>();
		for (byte[] each : execute(FIND, cluster)) {
			String member = new String(each, StandardCharsets.UTF_8);
			try {
				addresses.add(HostAndPort.parse(member.substring(member.indexOf(' ') + 1), DEFAULT_PORT).resolve());
			}
			catch (UnknownHostException | IllegalStateException ex) {
				logger.warn("The set of nodes in Redis has the entry '%s', which is ignored".formatted(member));
			}
		}
		return addresses;
	}

	@Override
	public void announce(Entry entry, Set<String> connected) {
		execute(ANNOUNCE, entry.cluster(), bytes(member(entry)));
	}

	@Override
	public void withdraw(Entry entry) {
		execute(WITHDRAW, entry.cluster(), bytes(member(entry)));
	}

	private static String member(Entry entry) {
		return entry.node() + " " + HostAndPort.format(entry.address());
	}

	private List<byte[]> execute(byte[] script, String cluster, byte[]... arguments) {
		byte[][] all = new byte[1 + arguments.length][];
		all[0] = bytes(this.prefix + "nodes:" + cluster);
		System.arraycopy(arguments, 0, all, 1, arguments.length);
		try (RedisConnection connection = this.factory.getConnection()) {
			List<byte[]> result = connection.scriptingCommands().eval(script, ReturnType.MULTI, 1, all);
			return (result != null) ? result : List.of();
		}
		catch (DataAccessException | RedisException ex) {
			throw new IllegalStateException("Redis does not answer: %s. Check spring.data.redis.*, and that Redis runs"
				.formatted(NestedExceptionUtils.getMostSpecificCause(ex).getMessage()), ex);
		}
	}

	/** Closes the connection. */
	@Override
	public void close() {
		this.factory.destroy();
		if (this.ownsResources) {
			this.resources.shutdown(0, 0, TimeUnit.SECONDS);
		}
	}

}
