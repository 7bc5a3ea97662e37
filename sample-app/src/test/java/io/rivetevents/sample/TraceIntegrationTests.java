/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.nio.file.Path;
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
	static class Exporting {

		@Bean
		SpanProcessor inMemory() {
			return SimpleSpanProcessor.create(exporter);
		}

	}

	@LocalServerPort
	private int port;

	@TempDir
	private Path folder;

	@Test
	void isOneFromAClickToAnotherClient() throws Exception {
		Path written = this.folder.resolve("spans.json");
		Npm.installClient();
		Npm.run(Npm.CLIENT, Map.of("RIVET_URL", "http://127.0.0.1:%d/rivet".formatted(this.port), "RIVET_SPANS",
				written.toString()), List.of("test", "--", "test/trace.test.ts"));
		Spans spans = new Spans();
		spans.addPage(written);
		spans.add("server", exporter);
		for (String transport : List.of("websocket", "sse")) {
			assertThat(spans.named("draw over " + transport)).singleElement().satisfies((draw) -> {
				// the actor declares no events
				assertThat(spans.pathTo(draw)).containsExactly("page: click over " + transport,
						"page: rivet counter increment", "server: rivet counter increment",
						"server: rivet counter broadcast other", "page: rivet counter newCount",
						"page: draw over " + transport);
				assertThat(spans.inTraceOf(draw)).isEqualTo(6);
			});
		}
	}

}
