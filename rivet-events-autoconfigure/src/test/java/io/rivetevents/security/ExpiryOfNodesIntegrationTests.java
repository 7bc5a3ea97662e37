/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import io.rivetevents.cluster.directory.ClusterNode;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections at one node whose credentials expire, while their actor is at another one.
 */
class ExpiryOfNodesIntegrationTests {

	private static final Duration SHORT = Duration.ofSeconds(2);

	private static final Duration LONG = Duration.ofMinutes(10);

	private static final List<ConfigurableApplicationContext> NODES = new ArrayList<>();

	private final ExpiringTokens tokens = new ExpiringTokens();

	@BeforeAll
	static void start() throws IOException {
		String database = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
		List<Integer> ports = List.of(freePort(), freePort());
		String nodes = "127.0.0.1:%d,127.0.0.1:%d".formatted(ports.get(0), ports.get(1));
		for (int port : ports) {
			NODES.add(new SpringApplicationBuilder(ExpiringTokens.Application.class).web(WebApplicationType.REACTIVE)
				.run("--server.port=0", "--spring.datasource.url=" + database, "--rivet.events.cluster.enabled=true",
						"--rivet.events.cluster.bind-address=127.0.0.1", "--rivet.events.cluster.port=" + port,
						"--rivet.events.cluster.nodes=" + nodes, "--rivet.events.shutdown.spread=0s",
						"--rivet.events.security.expiry-grace=500ms",
						"--rivet.events.security.stream-key=a key of both nodes for tests only"));
		}
		Awaitility.await()
			.until(() -> NODES.stream()
				.allMatch((node) -> node.getBean(ClusterNode.class).status().nodes() == NODES.size()));
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	@AfterAll
	static void stop() {
		NODES.forEach(ConfigurableApplicationContext::close);
		NODES.clear();
	}

	private static String port(int node) {
		return NODES.get(node).getEnvironment().getRequiredProperty("local.server.port");
	}

	private static String base(int node) {
		return "http://localhost:%s/rivet".formatted(port(node));
	}

	/** Connects a client at the first node to an instance of the second one. */
	private TestClient connect(Encoding encoding, String token, String... events) {
		List<ToServer.SubscriptionRequest> subscriptions = Stream.of(events)
			.map((event) -> new ToServer.SubscriptionRequest(event, true))
			.toList();
		ToServer.Hello hello = new ToServer.Hello(subscriptions, null, null, null, ExpiringTokens.credentials(token),
				null);
		while (true) {
			TestClient client = TestClient.connect(base(0), encoding, "desk", UUID.randomUUID().toString(), hello);
			client.next("Init");
			client.call(1, "node");
			if (client.next("ActionResponse").text("output").equals(port(1))) {
				return client;
			}
			client.close();
		}
	}

	private static void authenticate(TestClient client, String token) {
		if (client instanceof TestStream stream) {
			stream.setBase(base(1)); // a POST may reach any node
		}
		client.send(new ToServer.Authenticate(ExpiringTokens.credentials(token)));
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void renewsAConnectionToAnActorOfAnotherNode(Encoding encoding) {
		String token = this.tokens.token("ada", LONG, "USER", "READER");
		try (TestClient client = connect(encoding, token, "said", "secret")) {
			authenticate(client, this.tokens.token("ada", LONG, "USER"));
			assertThat(client.next("SubscriptionResponse").text("eventName")).isEqualTo("secret");
			client.next("AuthenticateResponse");
			client.call(2, "read");
			assertThat(client.next("Error").text("code")).isEqualTo("forbidden");
			authenticate(client, token);
			assertThat(client.next("AuthenticateResponse").value().get("remaining").longValue()).isPositive();
			client.call(3, "read");
			assertThat(client.next("ActionResponse").text("output")).isEqualTo("ada renewed");
			client.call(4, "say", "hi");
			assertThat(client.next("Event").text("name")).isEqualTo("said");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void closesAConnectionToAnActorOfAnotherNode(Encoding encoding) {
		TestClient client = connect(encoding, this.tokens.token("ada", SHORT, "USER"));
		assertThat(client.next("Close").text("code")).isEqualTo("expired");
	}

}
