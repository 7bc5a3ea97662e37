/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.session.data.redis.config.annotation.web.server.EnableRedisIndexedWebSession;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.InMemoryWebSessionStore;
import org.springframework.web.server.session.WebSessionManager;
import redis.embedded.RedisServer;

import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.security.RightEnd.Effect;
import io.rivetevents.transport.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each end of a right for each way to sign in, over WebSocket, Server-Sent Events and
 * HTTP, at the node where it happens and at another one.
 */
class RightsIntegrationTests {

	private static final List<Encoding> ENCODINGS = List.of(Encoding.EXTENDED_JSON, Encoding.EVENT_STREAM);

	private static RedisServer redis;

	private static RightsNodes nodes;

	private static RightsNodes nodesOfSpringSession;

	@BeforeAll
	static void start() throws IOException {
		int port;
		try (ServerSocket socket = new ServerSocket(0)) {
			port = socket.getLocalPort();
		}
		redis = RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting("save \"\"").build();
		redis.start();
		nodes = RightsNodes.start(SharedSessions.class, "--rivet.events.security.recheck-interval=200ms");
		nodesOfSpringSession = RightsNodes.start(SpringSessions.class, "--spring.data.redis.port=" + port);
		for (RightsNodes each : List.of(nodes, nodesOfSpringSession)) { // so that no
																		// token expires
																		// while they warm
																		// up
			connect(new RightsClient(each, SignIn.BEARER, RightEnd.CLOSE_USER))
				.forEach((connection) -> connection.client.close());
		}
	}

	@AfterAll
	static void stop() throws IOException {
		nodes.close();
		nodesOfSpringSession.close();
		redis.stop();
	}

	static Stream<Arguments> rows() {
		return Stream.of(RightEnd.values())
			.flatMap((end) -> Stream.of(SignIn.values())
				.filter((signIn) -> end.on(signIn) != Effect.NONE)
				.map((signIn) -> Arguments.of(end, signIn)));
	}

	@ParameterizedTest(name = "{0}, {1}")
	@MethodSource("rows")
	void endsARight(RightEnd end, SignIn signIn) {
		RightsClient client = new RightsClient((end == RightEnd.SPRING_SESSION_DELETED) ? nodesOfSpringSession : nodes,
				signIn, end);
		if (end == RightEnd.OWN_EXPIRY) {
			RightsApplication.EXPIRIES.put(client.user(), Instant.now().plus(RightEnd.SHORT));
		}
		List<Connected> connections = connect(client);
		end.happen(client);
		if (end.on(signIn) == Effect.STAYS) {
			Awaitility.await()
				.during(Duration.ofMillis(1500))
				.untilAsserted(() -> connections.forEach(RightsIntegrationTests::assertOpen));
			connections.forEach((connection) -> connection.client.close());
		}
		else {
			connections.forEach((connection) -> assertClosed(connection, end));
			boolean accepted = end.on(signIn) == Effect.ACCEPTED;
			for (Connected connection : connections) {
				if (accepted) { // the next check may close a disabled user at once
					Awaitility.await().until(() -> client.user().equals(reconnect(client, connection)));
				}
				else {
					assertThat(reconnect(client, connection)).isEqualTo(signIn.refusal());
				}
			}
			if (signIn.status() != 0) {
				assertThat(List.of(client.call(0), client.call(1))).containsOnly(accepted ? 200 : signIn.status());
			}
		}
	}

	/** No other connection of the session keeps the other node watching it. */
	@ParameterizedTest
	@EnumSource(names = { "SESSION_IDLE", "INVALIDATE" })
	void closesAConnectionOfATicketOfAnotherNode(RightEnd end) {
		RightsClient client = new RightsClient(nodes, SignIn.TICKET, end);
		TestClient connection = client.connect(1, Encoding.EXTENDED_JSON, null);
		connection.next("Init");
		end.happen(client);
		assertThat(connection.closed()).isEqualTo(end.status());
	}

	private static List<Connected> connect(RightsClient client) {
		List<Connected> connections = new ArrayList<>();
		for (int node = 0; node < 2; node++) {
			for (Encoding encoding : ENCODINGS) {
				TestClient connection = client.connect(node, encoding, null);
				Received init = connection.next("Init");
				assertThat(init.text("snapshot")).isEqualTo(client.user());
				connections.add(new Connected(node, encoding, connection, init));
			}
		}
		return connections;
	}

	private static String reconnect(RightsClient client, Connected connection) {
		return client.reconnect(connection.node, connection.encoding, connection.init);
	}

	private static void assertClosed(Connected connection, RightEnd end) {
		if (end.isExpiry()) {
			assertThat(connection.client.next("Expiring").value().get("remaining").longValue()).isBetween(0L,
					RightEnd.SHORT.toMillis());
		}
		assertThat(connection.client.closed()).as("%s", connection).isEqualTo(end.status());
	}

	private static void assertOpen(Connected connection) {
		connection.client.call(1, "who");
		connection.client.next("ActionResponse");
	}

	@ParameterizedTest
	@EnumSource
	void rejectsWrongCredentials(SignIn signIn) {
		RightsClient client = new RightsClient(nodes, signIn, RightEnd.CLOSE_USER);
		List<Connected> connections = connect(client);
		connections.forEach((connection) -> connection.client.close());
		client.withWrongCredentials();
		connections
			.forEach((connection) -> assertThat(client.reconnect(connection.node, connection.encoding, connection.init))
				.isEqualTo(signIn.refusal()));
		if (signIn.status() != 0) {
			assertThat(List.of(client.call(0), client.call(1))).containsOnly(signIn.status());
		}
	}

	/**
	 * A connection.
	 *
	 * @param node its node
	 * @param encoding determines its transport
	 * @param client its client
	 * @param init its welcome
	 */
	private record Connected(int node, Encoding encoding, TestClient client, Received init) {
	}

	/** Sessions in the memory of the test, which the nodes share. */
	@Configuration(proxyBeanMethods = false)
	static class SharedSessions {

		private static final InMemoryWebSessionStore SESSIONS = new InMemoryWebSessionStore();

		@Bean
		WebSessionManager webSessionManager() {
			DefaultWebSessionManager sessions = new DefaultWebSessionManager();
			sessions.setSessionStore(SESSIONS);
			return sessions;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableRedisIndexedWebSession
	static class SpringSessions {

	}

}
