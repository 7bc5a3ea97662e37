/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.OnBeforeActionResponse;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A call that may have run never ends with an error on which RivetKit clients make it
 * again, and a call that ends with one has not run.
 */
class RepeatedCallTests {

	private final Failing failing = new Failing();

	private final Visited visited = new Visited();

	private final Slow slow = new Slow();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
			new ActorHarness.Neighbours(List.of(this.failing), List.of(), ActorObserver.NONE), this.failing,
			this.visited, this.slow);

	@AfterEach
	void close() {
		this.slow.gate.countDown();
		this.visited.gate.countDown();
		this.harness.close();
	}

	static Stream<Arguments> failures() {
		return Stream.of(ErrorCode.values())
			.filter(ErrorCode::isRepeated)
			.flatMap((code) -> Stream.of("now", "later", "interleaved", "afterwards", "respond")
				.map((action) -> Arguments.of(code, action)));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void masksAnErrorThatSaysThatACallHasNotRun(ErrorCode code, String action) {
		this.failing.failure = new RivetException(code);
		RivetException told = catchThrowableOfType(RivetException.class,
				() -> this.harness.callAsClient(Failing.class, "k", action));
		assertThat(told.group() + "." + told.code()).isEqualTo("rivetkit.internal_error");
		assertThat(told.metadata()).isEqualTo(Map.of("cause", code.reason()));
		RecordedOutbound client = this.harness.connect(Failing.class, "k", null);
		this.harness.directory()
			.deliver(ActorHarness.address(Failing.class, "k"), client.connectionId(), this.harness.request(1, action));
		Awaitility.await().until(() -> !client.messages(ToClient.Error.class).isEmpty());
		assertThat(client.messages(ToClient.Error.class).get(0).code()).isEqualTo("internal_error");
		assertThat(this.failing.runs).hasValue(2);
	}

	@Test
	void masksThatAnInstanceIsGoneWhichAnActionCalls() {
		this.failing.actors = this.harness.actors();
		RivetException told = catchThrowableOfType(RivetException.class,
				() -> this.harness.callAsClient(Failing.class, "k", "nested"));
		assertThat(told.code()).isEqualTo("internal_error");
		assertThat(told.metadata()).isEqualTo(Map.of("cause", "actor.not_found"));
		assertThat(this.failing.runs).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource
	void leavesOtherErrorsAsTheyAre(ErrorCode code) {
		this.failing.failure = new RivetException(code, "text", "metadata");
		RivetException told = catchThrowableOfType(RivetException.class,
				() -> this.harness.callAsClient(Failing.class, "k", "now"));
		assertThat(told == this.failing.failure).isEqualTo(!code.isRepeated());
	}

	@Test
	void leavesAnErrorOfTheApplicationAsItIs() {
		this.failing.failure = new UserError("not_found", "no such thing", "metadata");
		RivetException told = catchThrowableOfType(RivetException.class,
				() -> this.harness.callAsClient(Failing.class, "k", "now"));
		assertThat(told).isSameAs(this.failing.failure);
	}

	@Test
	void doesNotRunACallThatTheStopOfTheServerFinds() {
		Mono<JsonNode> first = call(Slow.class, "run").cache();
		first.subscribe((value) -> {
		}, (ex) -> {
		});
		Awaitility.await().until(() -> this.slow.runs.get() == 1);
		Mono<JsonNode> waiting = call(Slow.class, "run").cache();
		waiting.subscribe((value) -> {
		}, (ex) -> {
		});
		Mono<Void> stopped = this.harness.node().stop().cache();
		stopped.subscribe();
		this.slow.gate.countDown();
		assertThat(first.block(ActorHarness.PATIENCE)).isNotNull();
		stopped.block(ActorHarness.PATIENCE);
		assertThat(catchThrowableOfType(RivetException.class, () -> waiting.block(ActorHarness.PATIENCE)).code())
			.isEqualTo("restarting");
		assertThat(this.slow.runs).hasValue(1);
	}

	@Test
	void doesNotRunACallWhoseInstanceIsDeletedBeforeItBegins() throws InterruptedException {
		this.harness.call(Visited.class, "k", "wake");
		Mono<JsonNode> visit = call(Visited.class, "run").cache();
		visit.subscribe((value) -> {
		}, (ex) -> {
		});
		assertThat(this.visited.entering.await(5, TimeUnit.SECONDS)).isTrue();
		Mono<Void> destroyed = this.harness.directory().destroy(ActorHarness.target(Visited.class, "k")).cache();
		destroyed.subscribe();
		this.visited.gate.countDown();
		destroyed.block(ActorHarness.PATIENCE);
		assertThat(catchThrowableOfType(RivetException.class, () -> visit.block(ActorHarness.PATIENCE)).code())
			.isEqualTo("restarting");
		assertThat(this.visited.runs).hasValue(0);
	}

	/**
	 * A call of server code runs on the next instance, as long as the node may have one.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "sleep", "destroy", "stop" })
	void doesNotRunAnInterleavedCallWhoseInstanceIsGoneBeforeItBegins(String end) {
		Kept kept = new Kept();
		CompletableFuture<Void> gate = new CompletableFuture<>();
		AtomicInteger waiting = new AtomicInteger();
		InboundInterceptor waits = (inbound, next) -> {
			boolean held = inbound.name().equals("run") && waiting.incrementAndGet() > 0;
			return held ? Mono.fromFuture(gate, true).then(next.proceed(inbound)) : next.proceed(inbound);
		};
		try (ActorHarness kindly = new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
				new ActorHarness.Neighbours(List.of(waits), List.of(), ActorObserver.NONE), kept)) {
			kindly.call(Kept.class, "k", "sleepIf", false);
			CompletableFuture<JsonNode> ofClient = kindly.directory()
				.call(ActorHarness.target(Kept.class, "k"), ConnectRequest.stateless(null, Identity.ANONYMOUS),
						kindly.request(0, "run"))
				.toFuture();
			CompletableFuture<JsonNode> ofServer = kindly.directory()
				.call(ActorHarness.target(Kept.class, "k"), null, kindly.request(0, "run"))
				.toFuture();
			Awaitility.await().until(() -> waiting.get() == 2);
			switch (end) {
				case "sleep" -> kindly.call(Kept.class, "k", "sleepIf", true);
				case "destroy" -> kindly.directory().destroy(ActorHarness.target(Kept.class, "k")).block();
				default -> kindly.node().stop().block(ActorHarness.PATIENCE);
			}
			Awaitility.await().until(() -> kindly.node().size() == 0);
			gate.complete(null);
			assertThat(failureOf(ofClient)).isEqualTo("actor.restarting");
			if (end.equals("stop")) {
				assertThat(failureOf(ofServer)).isEqualTo("actor.restarting");
				assertThat(kept.runs).hasValue(0);
			}
			else {
				assertThat(failureOf(ofServer)).isEqualTo("none");
				assertThat(kept.runs).hasValue(1);
			}
		}
	}

	private static String failureOf(CompletableFuture<JsonNode> call) {
		RivetException failure = catchThrowableOfType(RivetException.class, () -> Mono.fromFuture(call).block());
		return (failure != null) ? failure.group() + "." + failure.code() : "none";
	}

	private Mono<JsonNode> call(Class<?> actor, String action) {
		return this.harness.directory()
			.call(ActorHarness.target(actor, "k"), ConnectRequest.stateless(null, Identity.ANONYMOUS),
					this.harness.request(0, action));
	}

	/** Fails in each way in which code of an action can. */
	static class Failing implements InboundInterceptor {

		private final AtomicInteger runs = new AtomicInteger();

		private volatile @Nullable RivetException failure;

		private volatile @Nullable Actors actors;

		@Action
		void now() {
			this.runs.incrementAndGet();
			throw this.failure;
		}

		@Action
		Mono<String> later() {
			this.runs.incrementAndGet();
			return Mono.delay(Duration.ofMillis(1)).then(Mono.error(this.failure));
		}

		@Action(interleave = true)
		Mono<String> interleaved() {
			return later();
		}

		@Action
		String afterwards() {
			this.runs.incrementAndGet();
			return "";
		}

		@Action
		String respond() {
			this.runs.incrementAndGet();
			return "";
		}

		@OnBeforeActionResponse
		@Nullable Object respond(String action, @Nullable Object result) {
			if (action.equals("respond")) {
				throw this.failure;
			}
			return result;
		}

		@Action
		Mono<String> nested() {
			this.runs.incrementAndGet();
			return this.actors.get("Slow", "gone").call("run", String.class);
		}

		@Override
		public Mono<?> intercept(Inbound inbound, Next next) {
			Mono<Object> result = next.proceed(inbound);
			return inbound.name().equals("afterwards") ? result.then(Mono.error(() -> this.failure)) : result;
		}

	}

	static class Kept {

		private final AtomicInteger runs = new AtomicInteger();

		@Action
		void sleepIf(ActorContext<?, ?> c, boolean wanted) {
			if (wanted) {
				c.sleep();
			}
		}

		@Action(interleave = true)
		void run() {
			this.runs.incrementAndGet();
		}

	}

	static class Slow {

		private final AtomicInteger runs = new AtomicInteger();

		private final CountDownLatch gate = new CountDownLatch(1);

		@Action
		String run() throws InterruptedException {
			this.runs.incrementAndGet();
			this.gate.await();
			return "done";
		}

	}

	static class Visited {

		private final AtomicInteger runs = new AtomicInteger();

		private final CountDownLatch entering = new CountDownLatch(1);

		private final CountDownLatch gate = new CountDownLatch(1);

		@Action
		void wake() {
		}

		@OnBeforeConnect
		void check() {
		}

		@CreateConnState
		String createConnState() throws InterruptedException {
			this.entering.countDown();
			this.gate.await();
			return "";
		}

		@Action
		void run() {
			this.runs.incrementAndGet();
		}

	}

}
