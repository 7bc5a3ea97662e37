/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.util.List;
import java.util.Map;

import io.micrometer.context.ContextRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.observation.CallContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an action on another node finds of the context of its caller.
 */
class ContextOfCallersTests {

	private static final ThreadLocal<Map<String, String>> MDC = new ThreadLocal<>();

	private static final ThreadLocal<String> TRACE = new ThreadLocal<>();

	private static final ThreadLocal<Object> OTHER = new ThreadLocal<>();

	private final TestNodes nodes = new TestNodes(new MemoryActorStateStore(), List.of("a", "b"),
			(name) -> new Object[] { new Reader() });

	@BeforeEach
	void join() {
		ContextRegistry.getInstance()
			.registerThreadLocalAccessor("test.mdc", MDC)
			.registerThreadLocalAccessor("test.trace", TRACE)
			.registerThreadLocalAccessor("test.other", OTHER);
		this.nodes.join();
	}

	@AfterEach
	void close() {
		List.of("test.mdc", "test.trace", "test.other")
			.forEach(ContextRegistry.getInstance()::removeThreadLocalAccessor);
		List.of(MDC, TRACE, OTHER).forEach(ThreadLocal::remove);
		this.nodes.close();
	}

	private String call(String node) {
		TestNodes.Node caller = this.nodes.node(node);
		Mono<JsonNode> called = caller.directory
			.call(ActorHarness.target(Reader.class, this.nodes.keyOf("b", Reader.class)), null, caller.action("read"));
		return CallContext.captured(called).block(ActorHarness.PATIENCE).asString();
	}

	@Test
	void textsAndMapsOfTextsReachAnotherNode() {
		MDC.set(Map.of("user", "ada"));
		TRACE.set("00-1");
		OTHER.set(new Object());
		assertThat(call("a")).isEqualTo("{user=ada} 00-1 null");
	}

	@Test
	void aCallerWithoutAContextLeavesNone() {
		assertThat(call("a")).isEqualTo("null null null");
	}

	@Test
	void moreThanTheLimitIsNotSent() {
		TRACE.set("x".repeat(16 * 1024));
		assertThat(call("a")).startsWith("null xxx");
		MDC.set(Map.of("user", "ada"));
		assertThat(call("a")).isEqualTo("null null null");
	}

	/** An actor that returns what is on its thread. */
	@Actor
	static final class Reader {

		@Action
		String read() {
			return "%s %s %s".formatted(MDC.get(), TRACE.get(), (OTHER.get() != null) ? "other" : null);
		}

	}

}
