/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis;

import java.time.Duration;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.resource.ClientResources;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Derives connections from those of the application, which define the server, the
 * credentials and the encryption. The derived connections reject commands while Redis is
 * not reachable, instead of queueing them, and never read from replicas. Public only for
 * the store.
 */
public final class DerivedConnections {

	private DerivedConnections() {
	}

	/**
	 * Returns connections that have not been started.
	 * @param application the application's connections
	 * @param resources threads of the connections
	 * @param commandTimeout longest time to wait for Redis
	 */
	public static LettuceConnectionFactory of(LettuceConnectionFactory application, ClientResources resources,
			Duration commandTimeout) {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(server(application),
				client(application.getClientConfiguration(), resources, commandTimeout));
		factory.setDatabase(application.getDatabase());
		return factory;
	}

	private static RedisConfiguration server(LettuceConnectionFactory application) {
		RedisConfiguration cluster = application.getClusterConfiguration();
		RedisConfiguration sentinel = application.getSentinelConfiguration();
		RedisConfiguration socket = application.getSocketConfiguration();
		return (cluster != null) ? cluster
				: (sentinel != null) ? sentinel : (socket != null) ? socket : application.getStandaloneConfiguration();
	}

	private static LettuceClientConfiguration client(LettuceClientConfiguration application, ClientResources resources,
			Duration commandTimeout) {
		ClientOptions options = application.getClientOptions().orElseGet(ClientOptions::create);
		SocketOptions socket = options.getSocketOptions().mutate().connectTimeout(commandTimeout).build();
		LettuceClientConfiguration.LettuceClientConfigurationBuilder derived = LettuceClientConfiguration.builder();
		derived
			.clientOptions(options.mutate()
				.autoReconnect(true)
				.socketOptions(socket)
				.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
				.build())
			.clientResources(resources)
			.commandTimeout(commandTimeout)
			.shutdownTimeout(Duration.ZERO);
		application.getRedisCredentialsProviderFactory().ifPresent(derived::redisCredentialsProviderFactory);
		application.getClientName().ifPresent((name) -> derived.clientName(name + "-rivet-events"));
		if (application.isUseSsl()) {
			var ssl = derived.useSsl();
			ssl.verifyPeer(application.getVerifyMode());
			if (application.isStartTls()) {
				ssl.startTls();
			}
		}
		return derived.build();
	}

}
