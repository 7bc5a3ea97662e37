/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

import io.rivetevents.cluster.directory.ClusterNode;
import io.rivetevents.protocol.ExtendedClientCodec;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes with event streams at one of them, and the messages of their clients at the
 * other one. The system property {@code rivet.test.posts} sets the number of messages,
 * 100 by default.
 */
class EventStreamsOfNodesIntegrationTests {

	private static final int POSTS = Integer.getInteger("rivet.test.posts", 100);

	/** {@code ada:ada}. */
	private static final String ADA = "Basic YWRhOmFkYQ==";

	private static final AtomicInteger KEYS = new AtomicInteger();

	private static final List<ConfigurableApplicationContext> NODES = new ArrayList<>();

	private final String key = "k" + KEYS.incrementAndGet();

	@BeforeAll
	static void start() throws IOException {
		String database = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
		List<Integer> ports = List.of(freePort(), freePort());
		String nodes = "127.0.0.1:%d,127.0.0.1:%d".formatted(ports.get(0), ports.get(1));
		for (int port : ports) {
			NODES.add(new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
				.run("--server.port=0", "--spring.datasource.url=" + database, "--rivet.events.cluster.enabled=true",
						"--rivet.events.cluster.bind-address=127.0.0.1", "--rivet.events.cluster.port=" + port,
						"--rivet.events.cluster.nodes=" + nodes, "--rivet.events.shutdown.spread=0s",
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

	private static String base(int node) {
		return "http://localhost:%s/rivet".formatted(NODES.get(node).getEnvironment().getProperty("local.server.port"));
	}

	/** A stream at one node, whose further requests reach the other one. */
	private TestStream stream(int node, int other) {
		ToServer.Hello hello = new ToServer.Hello(List.of(new ToServer.SubscriptionRequest("said", true)), null, null,
				null, null, null);
		TestStream stream = TestStream.post(base(node), TestClient.query("room", this.key, "sse"), hello);
		stream.next("Init");
		stream.setBase(base(other));
		return stream;
	}

	private static byte[] say(int number) {
		return ExtendedClientCodec
			.encodeAll(TestClient.request(number, "say", ToServer.CallOptions.NONE, "text " + number));
	}

	private static void assertError(HttpResponse<String> response, int status, String error) {
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(response.headers().firstValue("x-rivet-error")).contains(error);
	}

	@Test
	void handlesMessagesThatReachAnotherNodeOnceAndInOrder() {
		for (int node = 0; node < 2; node++) {
			try (TestStream stream = stream(node, 1 - node)) {
				for (int i = 1; i <= POSTS; i++) {
					for (int twice = 0; twice < 2; twice++) {
						assertThat(stream.upward("POST", say(i), "x-rivet-sequence", "" + i).statusCode())
							.isEqualTo(202);
					}
				}
				List<String> said = IntStream.rangeClosed(1, POSTS)
					.mapToObj((i) -> stream.next("Event").value().get("args").get(0).stringValue())
					.toList();
				assertThat(said).isEqualTo(IntStream.rangeClosed(1, POSTS).mapToObj((i) -> "text " + i).toList());
				assertThat(stream.upward("POST", say(0)).statusCode()).isEqualTo(202);
				assertThat(stream.next("Event").value().get("args").get(0).stringValue()).isEqualTo("text 0");
			}
		}
	}

	@Test
	void checksTheRightsOfRequestsThatReachAnotherNode() {
		try (TestStream stream = stream(0, 1)) {
			assertError(stream.upward("POST", say(1), "x-rivet-secret", "forged"), 403, "auth.forbidden");
			assertError(stream.upward("DELETE", new byte[0], "x-rivet-secret", "forged"), 403, "auth.forbidden");
			assertError(stream.upward("POST", say(1), "authorization", ADA), 403, "auth.forbidden");
			assertThat(stream.upward("POST", say(2)).statusCode()).isEqualTo(202);
			assertThat(stream.next("Event").value().get("args").get(0).stringValue()).isEqualTo("text 2");
		}
	}

	@Test
	void endsAStreamAtTheRequestOfItsClientAtAnotherNode() {
		try (TestStream stream = stream(0, 1)) {
			assertThat(stream.upward("DELETE", new byte[0]).statusCode()).isEqualTo(204);
			stream.closed();
			Awaitility.await().until(() -> stream.upward("POST", say(1)).statusCode() == 404);
			assertError(stream.upward("POST", say(1)), 404, "connection.not_found");
		}
	}

	@Test
	void closesAStreamWhoseMessagesCannotBeReadAtAnotherNode() {
		try (TestStream stream = stream(0, 1)) {
			assertError(stream.upward("POST", "[1]".getBytes(StandardCharsets.UTF_8)), 400, "actor.invalid_request");
			assertThat(stream.next("Close").text("code")).isEqualTo("invalid_request");
		}
		try (TestStream stream = stream(0, 1)) {
			assertError(stream.upward("POST", new byte[1024 * 1024]), 400, "message.incoming_too_long");
			assertThat(stream.next("Close").text("code")).isEqualTo("incoming_too_long");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ TestUsers.class, TestActors.Room.class })
	static class Application {

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

}
