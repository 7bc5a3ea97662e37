/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes of a cluster: events and logouts for all nodes need no Redis, which is their
 * store here.
 */
class ClusterOfTwoNodesTests extends AbstractTwoNodesTests {

	private static final String UI = "/actuator/rivetevents/ui";

	private final TestRedis redis = TestRedis.embedded();

	private final List<Integer> ports = Stream.generate(ClusterOfTwoNodesTests::freePort).limit(2).toList();

	private static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	List<String> join() {
		this.redis.start();
		return List.of("--rivet.events.cluster.enabled=true", "--rivet.events.cluster.bind-address=127.0.0.1",
				"--rivet.events.state.store=redis", "--management.endpoints.web.exposure.include=health,rivetevents",
				"--management.endpoint.rivetevents.access=unrestricted",
				"--management.endpoint.rivetevents.show-values=always", "--rivet.events.inspector.enabled=true",
				"--spring.data.redis.port=" + this.redis.port());
	}

	@Override
	List<String> properties(int node) {
		return List.of("--rivet.events.cluster.port=" + this.ports.get(node));
	}

	@AfterAll
	void stopRedis() {
		this.redis.close();
	}

	/** One of them has it. */
	@Test
	void eachDescribesAndRecordsAnInstance() {
		List<JsonNode> found = Stream.of(this.left, this.right)
			.map((node) -> node.get("/actuator/rivetevents/instance?actor=room&key=lobby"))
			.toList();
		assertThat(found).allSatisfy((each) -> {
			assertThat(each.path("status").asString()).isEqualTo("awake");
			assertThat(each.path("connections")).hasSize(4);
			assertThat(each.path("node")).isEqualTo(found.get(0).path("node"));
		});
		for (Node node : List.of(this.left, this.right)) {
			JsonNode recorded = node.post("/actuator/rivetevents/record", "{\"actor\":\"room\",\"key\":\"lobby\"}");
			assertThat(recorded.path("recorded").asBoolean()).isTrue();
			JsonNode deliveries = node.get("/actuator/rivetevents/deliveries?actor=room&key=lobby");
			assertThat(deliveries.path("recorded").asBoolean()).isTrue();
		}
	}

	/** One of them has it, and shows its events to the page on the other one. */
	@Test
	@Timeout(120)
	void eachShowsTheEventsOfAnInstance() throws IOException {
		String board = "actor=board&key=news";
		this.left.put("/rivet/actors", "{\"name\":\"board\",\"key\":\"news\"}");
		try (BufferedReader left = this.left.stream(UI + "/events?" + board);
				BufferedReader right = this.right.stream(UI + "/events?" + board)) {
			next(left);
			next(right);
			this.left.post(UI + "/call",
					"{\"actor\":\"board\",\"key\":\"news\",\"action\":\"write\",\"args\":[\"hi\"]}");
			for (BufferedReader page : List.of(left, right)) {
				JsonNode event = next(page).path("events").path(0);
				assertThat(event.path("event").asString()).isEqualTo("written");
				assertThat(event.path("args")).hasToString("[\"hi\"]");
			}
		}
		for (Node node : List.of(this.left, this.right)) {
			JsonNode events = node.get(UI + "/timeline?" + board).path("events");
			assertThat(events).hasSize(1);
			assertThat(events.path(0).path("args")).hasToString("[\"hi\"]");
		}
	}

	private static JsonNode next(BufferedReader page) throws IOException {
		String line = page.readLine();
		while (!line.startsWith("data:")) {
			line = page.readLine();
		}
		return JsonMapper.shared().readTree(line.substring("data:".length()));
	}

	@Test
	void losesNothing() {
		assertThat(this.left.health()).isEqualTo("UP");
		assertThat(this.left.status().path("notPublished").asInt(-1)).isZero();
		assertThat(this.left.status().path("interruptions").asInt(-1)).isZero();
	}

}
