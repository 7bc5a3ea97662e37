/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.membership.Membership;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients of one node and an actor of another node: a click over HTTP, Server-Sent Events
 * or WebSocket, the action, its event and the handler are one trace, and so are the
 * request of a connect and the connect. Skipped without Node, unless
 * {@code RIVET_NODE_REQUIRED=true}.
 */
@ExtendWith(Npm.Condition.class)
class TraceOfNodesIntegrationTests {

	private static final List<String> TRANSPORTS = List.of("http", "sse", "websocket");

	private final String database = "jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(UUID.randomUUID());

	private final List<Node> nodes = new ArrayList<>();

	@TempDir
	private Path folder;

	/** A node with its spans. */
	private record Node(ConfigurableApplicationContext context, InMemorySpanExporter exporter) {

		String url() {
			return "http://127.0.0.1:%s/rivet"
				.formatted(this.context.getEnvironment().getProperty("local.server.port"));
		}

		Membership membership() {
			return this.context.getBean(Membership.class);
		}

		boolean owns(String key) {
			return membership().owns(ActorAddress.of("counter", key));
		}

	}

	@BeforeEach
	void start() throws IOException {
		List<Integer> ports = List.of(freePort(), freePort());
		for (int port : ports) {
			this.nodes.add(start(port, "127.0.0.1:%d,127.0.0.1:%d".formatted(ports.get(0), ports.get(1))));
		}
		Awaitility.await().until(() -> this.nodes.stream().allMatch((node) -> node.membership().nodes().size() == 2));
	}

	private Node start(int port, String nodes) {
		InMemorySpanExporter exporter = InMemorySpanExporter.create();
		ConfigurableApplicationContext context = new SpringApplicationBuilder(SampleApplication.class)
			.profiles("conformance")
			.initializers((created) -> ((GenericApplicationContext) created).registerBean(SpanProcessor.class,
					() -> SimpleSpanProcessor.create(exporter)))
			.run("--server.port=0", "--spring.autoconfigure.exclude=", "--spring.datasource.url=" + this.database,
					"--rivet.events.state.store=jdbc", "--rivet.events.state.jdbc.initialize-schema=always",
					"--rivet.events.cluster.enabled=true", "--rivet.events.cluster.bind-address=127.0.0.1",
					"--rivet.events.cluster.port=" + port, "--rivet.events.cluster.nodes=" + nodes,
					"--rivet.events.shutdown.spread=0s", "--management.tracing.sampling.probability=1",
					"--rivet.events.tracing.events=true");
		return new Node(context, exporter);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	@AfterEach
	void stop() {
		this.nodes.forEach((node) -> node.context().close());
	}

	/** Returns the beginning of keys that all belong on a node. */
	private static String keys(Node node) {
		return IntStream.iterate(1, (number) -> number + 1)
			.mapToObj((number) -> "k" + number)
			.filter((beginning) -> TRANSPORTS.stream().allMatch((transport) -> node.owns(beginning + "-" + transport)))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void isOneFromANodeToAnother() throws Exception {
		Node clients = this.nodes.get(0);
		Node actors = this.nodes.get(1);
		Path written = this.folder.resolve("spans.json");
		Npm.installClient();
		Npm.run(Npm.CLIENT,
				Map.of("RIVET_URL", clients.url(), "RIVET_KEY", keys(actors), "RIVET_SPANS", written.toString()),
				List.of("test", "--", "test/trace.test.ts"));
		Spans spans = new Spans();
		spans.addPage(written);
		spans.add("clients", clients.exporter());
		spans.add("actors", actors.exporter());
		for (String transport : TRANSPORTS) {
			assertThat(spans.named("draw over " + transport)).singleElement()
				.satisfies((draw) -> assertThat(spans.pathTo(draw)).containsSubsequence(Stream
					.of("page: click over " + transport, "page: rivet counter increment",
							transport.equals("http") ? "clients: http post /rivet/gateway/{actor}/action/{action}"
									: null,
							"actors: rivet counter increment", "actors: rivet counter broadcast other",
							"page: rivet counter newCount", "page: draw over " + transport)
					.filter((name) -> name != null)
					.toList()));
		}
		assertThat(spans.named("rivet counter connect")).hasSize(5)
			.extracting((connect) -> spans.pathTo(connect))
			.allSatisfy((path) -> assertThat(path.get(0)).startsWith("clients: http "))
			.allSatisfy((path) -> assertThat(path.get(path.size() - 1)).isEqualTo("actors: rivet counter connect"));
	}

}
