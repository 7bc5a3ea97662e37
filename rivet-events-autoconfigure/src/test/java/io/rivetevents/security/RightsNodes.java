/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import io.rivetevents.cluster.directory.ClusterNode;

/**
 * Two nodes of one cluster.
 *
 * @param contexts the applications
 */
record RightsNodes(List<ConfigurableApplicationContext> contexts) implements AutoCloseable {

	static RightsNodes start(Class<?> sessions, String... properties) throws IOException {
		String database = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
		List<Integer> ports = List.of(freePort(), freePort());
		List<ConfigurableApplicationContext> contexts = new ArrayList<>();
		for (int port : ports) {
			contexts.add(
					new SpringApplicationBuilder(RightsApplication.class, sessions).web(WebApplicationType.REACTIVE)
						.run(Stream.concat(
								Stream.of("--server.port=0", "--spring.datasource.url=" + database,
										"--rivet.events.cluster.enabled=true",
										"--rivet.events.cluster.bind-address=127.0.0.1",
										"--rivet.events.cluster.port=" + port,
										"--rivet.events.cluster.nodes=127.0.0.1:%d,127.0.0.1:%d"
											.formatted(ports.toArray()),
										"--rivet.events.shutdown.spread=0s",
										"--rivet.events.security.expiry-grace=300ms",
										"--rivet.events.websocket.rejection-delay=10ms",
										"--rivet.events.security.stream-key=a key of both nodes for tests only"),
								Stream.of(properties))
							.toArray(String[]::new)));
		}
		Awaitility.await()
			.until(() -> contexts.stream()
				.allMatch((node) -> node.getBean(ClusterNode.class).status().nodes() == contexts.size()));
		return new RightsNodes(contexts);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	String port(int node) {
		return this.contexts.get(node).getEnvironment().getRequiredProperty("local.server.port");
	}

	String server(int node) {
		return "http://localhost:" + port(node);
	}

	/** Returns a bean of the first node. */
	<T> T bean(Class<T> type) {
		return this.contexts.get(0).getBean(type);
	}

	@Override
	public void close() {
		this.contexts.forEach(ConfigurableApplicationContext::close);
	}

}
