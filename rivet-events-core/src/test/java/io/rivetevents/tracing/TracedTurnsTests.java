/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.micrometer.context.ContextRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.invocation.ActorHarness;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The trace and the MDC of turns, with an MDC that has an accessor and the span of the
 * current observation.
 */
class TracedTurnsTests {

	private static final String KEY = "test.mdc";

	private static final ThreadLocal<@Nullable Map<String, String>> MDC = new ThreadLocal<>();

	private final TestSpans spans = new TestSpans();

	private final Room room = new Room();

	private ActorHarness harness = harness(List.of());

	@BeforeAll
	static void register() {
		ContextRegistry.getInstance().registerThreadLocalAccessor(KEY, MDC);
	}

	@AfterAll
	static void unregister() {
		ContextRegistry.getInstance().removeThreadLocalAccessor(KEY);
	}

	@BeforeEach
	void writeSpans() {
		this.spans.registry().observationConfig().observationHandler(new SpanInMdc());
	}

	@AfterEach
	void close() {
		MDC.remove();
		this.harness.close();
	}

	private ActorHarness harness(List<InboundInterceptor> interceptors) {
		return new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
				new ActorHarness.Neighbours(interceptors, List.of(), ActorObserver.NONE,
						this.spans.tracing(new ObservationTracing.Conventions(null, null, null, null))),
				this.room);
	}

	private Mono<String> call(String action) {
		return this.harness.actors().getOrCreate("Room", "k").call(action, String.class);
	}

	private String spanOf(String name) {
		return this.spans.stopped(name).get(0).id();
	}

	@ParameterizedTest
	@ValueSource(strings = { "look", "lookLater", "lookAside", "lookThroughAnother" })
	void aTurnHasTheMdcOfItsCallerWithItsOwnSpan(String action) {
		MDC.set(new HashMap<>(Map.of("tenant", "t")));
		Observation.createNotStarted("caller", this.spans.registry()).observe(() -> {
			Map<String, String> before = MDC.get();
			assertThat(call(action).block(ActorHarness.PATIENCE)).isEqualTo("{span=%s, tenant=t}",
					spanOf("rivet.action"));
			assertThat(MDC.get()).isEqualTo(before);
		});
		assertThat(MDC.get()).isEqualTo(Map.of("tenant", "t"));
	}

	@Test
	void aTurnHasTheMdcOfAReactorContext() {
		Context caller = Context.of(KEY, Map.of("tenant", "t"));
		assertThat(call("look").contextWrite(caller).block(ActorHarness.PATIENCE)).isEqualTo("{span=%s, tenant=t}",
				spanOf("rivet.action"));
	}

	@Test
	void aConnectHasTheMdcOfItsRequest() {
		ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS);
		this.harness.connections().register(request, new RecordedOutbound(request.connectionId()));
		this.harness.directory()
			.connect(ActorHarness.target(Room.class, "k"), request)
			.contextWrite(Context.of(KEY, Map.of("tenant", "t")))
			.block(ActorHarness.PATIENCE);
		assertThat(this.room.connecting).isEqualTo("{span=%s, tenant=t}", spanOf("rivet.connection"));
	}

	@Test
	void aCallOfAClientHasItsSpanAlone() {
		RecordedOutbound client = this.harness.connect(Room.class, "k", null);
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.connectionId(), this.harness.request(1, "look"));
		Awaitility.await().until(() -> client.messages().size() == 2);
		assertThat(client.messages().get(1).toString()).contains("{span=%s}".formatted(spanOf("rivet.action")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "write", "writeLater", "writeElsewhere" })
	void aSaveIsAChildOfItsAction(String action) {
		call(action).block(ActorHarness.PATIENCE);
		assertThat(this.spans.stopped("rivet.save")).extracting(TestSpans.Span::parent)
			.contains(spanOf("rivet.action"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "write", "writeLater" })
	void aSaveIsAChildOfAnInterceptedAction(String action) {
		this.harness.close();
		this.harness = harness(List.of((inbound, next) -> next.proceed(inbound)
			.delayElement(Duration.ofMillis(1), Schedulers.boundedElastic())));
		call(action).block(ActorHarness.PATIENCE);
		assertThat(this.spans.stopped("rivet.save")).extracting(TestSpans.Span::parent)
			.contains(spanOf("rivet.action"));
	}

	/** Writes the current span into the MDC, as a tracing library does. */
	private static final class SpanInMdc implements ObservationHandler<Observation.Context> {

		private static final String BEFORE = "before";

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

		@Override
		public void onScopeOpened(Observation.Context context) {
			TestSpans.Span span = context.get(TestSpans.Span.class);
			Map<String, String> before = MDC.get();
			Map<String, String> values = (before != null) ? new HashMap<>(before) : new HashMap<>();
			String above = (span != null) ? values.put("span", span.id()) : values.remove("span");
			MDC.set(values);
			context.put(BEFORE + Thread.currentThread().getName(), (above != null) ? above : "");
		}

		@Override
		public void onScopeClosed(Observation.Context context) {
			String above = context.getOrDefault(BEFORE + Thread.currentThread().getName(), "");
			Map<String, String> before = MDC.get();
			Map<String, String> values = (before != null) ? new HashMap<>(before) : new HashMap<>();
			if (above.isEmpty()) {
				values.remove("span");
			}
			else {
				values.put("span", above);
			}
			MDC.set(values);
		}

	}

	static class Room {

		private volatile String connecting = "";

		@CreateState
		int[] create() {
			return new int[1];
		}

		@OnBeforeConnect
		void connecting() {
			this.connecting = look();
		}

		@Action
		String look() {
			Map<String, String> values = MDC.get();
			return String.valueOf((values != null) ? new TreeMap<>(values) : null);
		}

		@Action
		Mono<String> lookLater() {
			return Mono.fromSupplier(this::look);
		}

		@Action(interleave = true)
		String lookAside() {
			return look();
		}

		@Action
		String lookThroughAnother(ActorContext<int[], Void> c) {
			return c.actor("Room", "another").call("look", String.class).block(ActorHarness.PATIENCE);
		}

		@Action(durable = true)
		void write(ActorContext<int[], Void> c) {
			c.state()[0]++;
		}

		@Action(durable = true)
		Mono<Void> writeLater(ActorContext<int[], Void> c) {
			c.state()[0]++;
			return Mono.delay(Duration.ofMillis(1)).then();
		}

		@Action(durable = true)
		Mono<Void> writeElsewhere(ActorContext<int[], Void> c) {
			c.state()[0]++;
			return Mono.<Void>empty().subscribeOn(Schedulers.boundedElastic());
		}

	}

}
