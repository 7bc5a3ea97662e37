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

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.reactive.socket.CloseStatus;

import io.rivetevents.cluster.directory.ClusterNode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestSocket;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections at one node of users whose roles change, while their actor is at another
 * one.
 */
class RecheckOfNodesIntegrationTests {

	private static final List<ConfigurableApplicationContext> NODES = new ArrayList<>();

	private final RecheckedUsers users = new RecheckedUsers("http://localhost:%s/rivet".formatted(port(0)));

	/** Connected to an instance of the second node, whose key is below. */
	private TestClient teller;

	private String key;

	@BeforeAll
	static void start() throws IOException {
		String database = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
		List<Integer> ports = List.of(freePort(), freePort());
		String nodes = "127.0.0.1:%d,127.0.0.1:%d".formatted(ports.get(0), ports.get(1));
		for (int port : ports) {
			NODES.add(new SpringApplicationBuilder(RecheckedUsers.Application.class).web(WebApplicationType.REACTIVE)
				.run("--server.port=0", "--spring.datasource.url=" + database, "--rivet.events.cluster.enabled=true",
						"--rivet.events.cluster.bind-address=127.0.0.1", "--rivet.events.cluster.port=" + port,
						"--rivet.events.cluster.nodes=" + nodes, "--rivet.events.shutdown.spread=0s",
						"--rivet.events.security.recheck-interval=50ms",
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

	@BeforeEach
	void connectTeller() {
		while (true) {
			this.key = UUID.randomUUID().toString();
			this.teller = this.users.connect(Encoding.EXTENDED_JSON, RecheckedUsers.add("USER"), "desk", this.key);
			if (RecheckedUsers.call(this.teller, "node").equals(port(1))) {
				return;
			}
			this.teller.close();
		}
	}

	@AfterEach
	void closeTeller() {
		this.teller.close();
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void endsASubscriptionAndLosesNoEventMeanwhile(Encoding encoding) {
		String user = RecheckedUsers.add("USER", "READER");
		try (TestClient client = this.users.connect(encoding, user, "desk", this.key, "said")) {
			client.next("Init");
			client.subscribe("secret");
			assertThat(client.next("SubscriptionResponse").value().has("error")).isFalse();
			RecheckedUsers.change(user, (changed) -> changed.roles("USER"));
			assertThat(RecheckedUsers.tellUntil(client, this.teller, "SubscriptionResponse").text("eventName"))
				.isEqualTo("secret");
			assertThat(RecheckedUsers.call(client, "state")).isEqualTo("renewed");
		}
	}

	@Test
	void endsASubscriptionOfARivetKitClient() {
		String user = RecheckedUsers.add("USER", "READER");
		try (TestSocket client = this.users.connectPlain(user, "desk", this.key, "said", "secret")) {
			client.call(1, "state");
			client.next(ToClient.ActionResponse.class);
			RecheckedUsers.change(user, (changed) -> changed.roles("USER"));
			ToClient.Error error = RecheckedUsers.tellUntilError(client, this.teller);
			assertThat(error.code()).isEqualTo("forbidden");
			client.call(2, "state");
			assertThat(client.next(ToClient.ActionResponse.class).output().stringValue()).isEqualTo("renewed");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void closesTheConnectionsOfADisabledUser(Encoding encoding) {
		String user = RecheckedUsers.add("USER");
		try (TestClient client = this.users.connect(encoding, user, "desk", this.key);
				TestSocket plain = this.users.connectPlain(user, "desk", this.key)) {
			client.next("Init");
			RecheckedUsers.change(user, (changed) -> changed.disabled(true));
			CloseStatus loggedOut = new CloseStatus(1011, "auth.logged_out");
			assertThat(client.closed()).isEqualTo(loggedOut);
			assertThat(plain.closed()).isEqualTo(loggedOut);
		}
	}

}
