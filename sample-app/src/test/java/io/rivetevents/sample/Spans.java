/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.nio.file.Path;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The spans of pages and servers.
 */
final class Spans {

	/** By their ids. */
	private final Map<String, Span> all = new ConcurrentHashMap<>();

	/**
	 * A span.
	 *
	 * @param source the page or server that has written it
	 * @param name its name
	 * @param trace id of its trace
	 * @param id its id
	 * @param parent id of its parent, not that of a span for none
	 */
	record Span(String source, String name, String trace, String id, String parent) {

		@Override
		public String toString() {
			return "%s: %s".formatted(this.source, this.name);
		}

	}

	private void add(Span span) {
		this.all.put(span.id(), span);
	}

	/** Adds the spans that {@code trace.test.ts} has written. */
	void addPage(Path written) {
		for (JsonNode span : JsonMapper.shared().readTree(written)) {
			add(new Span("page", span.path("name").asString(), span.path("traceId").asString(),
					span.path("spanId").asString(), span.path("parent").asString()));
		}
	}

	/** Adds the spans of a server. */
	void add(String server, InMemorySpanExporter exporter) {
		exporter.getFinishedSpanItems()
			.forEach((span) -> add(
					new Span(server, span.getName(), span.getTraceId(), span.getSpanId(), span.getParentSpanId())));
	}

	/** Returns the spans of a name. */
	List<Span> named(String name) {
		return this.all.values().stream().filter((span) -> span.name().equals(name)).toList();
	}

	/** Returns the number of spans in the trace of a span. */
	long inTraceOf(Span span) {
		return this.all.values().stream().filter((each) -> each.trace().equals(span.trace())).count();
	}

	/** Returns sources and names of a span and those above it in its trace. */
	List<String> pathTo(Span span) {
		LinkedList<String> path = new LinkedList<>();
		Span each = span;
		while (each != null && each.trace().equals(span.trace())) {
			path.addFirst(each.toString());
			each = this.all.get(each.parent());
		}
		return path;
	}

}
