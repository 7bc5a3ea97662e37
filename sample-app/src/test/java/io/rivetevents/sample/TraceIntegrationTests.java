/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.ActiveProfiles;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A click in our client, the action and its event on the server, and the handler in
 * another client are one trace. The client has OpenTelemetry's SDK for Node, the server
 * the one for Java. Skipped without Node, unless {@code RIVET_NODE_REQUIRED=true}.
 */
@ExtendWith(Npm.Condition.class)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.tracing.sampling.probability=1", "rivet.events.tracing.events=true" })
@ActiveProfiles("conformance")
class TraceIntegrationTests {

	private static final InMemorySpanExporter exporter = InMemorySpanExporter.create();

	@TestConfiguration(proxyBeanMethods = false)
	static class Spans {

		@Bean
		SpanProcessor inMemory() {
			return SimpleSpanProcessor.create(exporter);
		}

	}

	@LocalServerPort
	private int port;

	@TempDir
	private Path folder;

	private record Span(String name, String trace, String id, String parent) {
	}

	@Test
	void isOneFromAClickToAnotherClient() throws Exception {
		Path written = this.folder.resolve("spans.json");
		File client = new File("../rivet-events-client");
		Npm.run(client, Map.of(), Npm.INSTALL);
		Npm.run(client, Map.of("RIVET_URL", "http://127.0.0.1:%d/rivet".formatted(this.port), "RIVET_SPANS",
				written.toString()), List.of("test", "--", "test/trace.test.ts"));
		List<Span> all = all(written);
		for (String transport : List.of("websocket", "sse")) {
			Span click = find(all, "click over " + transport);
			Span call = child(all, click, "rivet counter increment");
			Span action = child(all, call, "rivet counter increment");
			// the actor declares no events
			Span broadcast = child(all, action, "rivet counter broadcast other");
			Span handler = child(all, broadcast, "rivet counter newCount");
			Span draw = child(all, handler, "draw over " + transport);
			assertThat(List.of(click, call, action, broadcast, handler, draw)).extracting(Span::trace)
				.containsOnly(click.trace());
			assertThat(all).filteredOn((span) -> span.trace().equals(click.trace())).hasSize(6);
		}
	}

	/** The spans of both sides. */
	private static List<Span> all(Path written) {
		List<Span> spans = new ArrayList<>();
		for (JsonNode span : JsonMapper.shared().readTree(written)) {
			spans.add(new Span(span.path("name").asString(), span.path("traceId").asString(),
					span.path("spanId").asString(), span.path("parent").asString()));
		}
		exporter.getFinishedSpanItems()
			.forEach((span) -> spans
				.add(new Span(span.getName(), span.getTraceId(), span.getSpanId(), span.getParentSpanId())));
		return spans;
	}

	private static Span find(List<Span> spans, String name) {
		return spans.stream().filter((span) -> span.name().equals(name)).findFirst().orElseThrow();
	}

	private static Span child(List<Span> spans, Span parent, String name) {
		assertThat(spans).filteredOn((span) -> span.parent().equals(parent.id())).extracting(Span::name).contains(name);
		return spans.stream()
			.filter((span) -> span.parent().equals(parent.id()) && span.name().equals(name))
			.findFirst()
			.orElseThrow();
	}

}
