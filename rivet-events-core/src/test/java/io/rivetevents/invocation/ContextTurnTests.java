/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.error.RivetException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The way back into a turn, for work of other threads.
 */
class ContextTurnTests {

	private static final Duration LIMIT = Duration.ofSeconds(2);

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS.withActionTimeout(LIMIT),
			new Counter());

	@AfterEach
	void close() {
		this.harness.close();
		Counter.context.set(null);
		Counter.inTurn.set(0);
	}

	private ActorContext<int[], ?> context() {
		this.harness.call(Counter.class, "k", "get");
		return Counter.context.get();
	}

	@Test
	void runsWorkOfOtherThreadsOneAtATime() throws Exception {
		ActorContext<int[], ?> c = context();
		List<CompletableFuture<Integer>> results = IntStream.range(0, 200)
			.parallel()
			.mapToObj((n) -> c.turn(() -> Counter.add(c, 1)))
			.toList();
		for (CompletableFuture<Integer> result : results) {
			result.get(5, TimeUnit.SECONDS);
		}
		assertThat(this.harness.call(Counter.class, "k", "get").intValue()).isEqualTo(200);
	}

	@Test
	void runsWorkThatNothingWaitsFor() {
		ActorContext<int[], ?> c = context();
		c.turn(() -> c.state()[0] = 5);
		Awaitility.await()
			.atMost(ActorHarness.PATIENCE)
			.until(() -> this.harness.call(Counter.class, "k", "get").intValue() == 5);
	}

	@Test
	void seesItsContextInTheWork() throws Exception {
		ActorContext<int[], ?> c = context();
		assertThat(c.<Object>turn(() -> ActorContext.current()).get(5, TimeUnit.SECONDS)).isSameAs(c);
		AtomicInteger ran = new AtomicInteger();
		Runnable work = ran::incrementAndGet;
		assertThat(c.turn(work).get(5, TimeUnit.SECONDS)).isNull();
		assertThat(ran).hasValue(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "inMethod", "nested", "interleaved" })
	void neverWaitsForTheTurnThatAskedForIt(String action) {
		context();
		assertThat(this.harness.call(Counter.class, "k", action).intValue()).isEqualTo(2);
		assertThat(this.harness.call(Counter.class, "k", "get").intValue()).isEqualTo(2);
	}

	/** A hook of the start is awaited, and no other turn may run before its end. */
	@Test
	void actionThatInterleavesMayBeTheFirstOfItsInstance() {
		assertThat(this.harness.call(Counter.class, "fresh", "interleaved").intValue()).isEqualTo(2);
		assertThat(this.harness.call(Counter.class, "fresh", "get").intValue()).isEqualTo(2);
	}

	@Test
	void workOfAnEndedActionHasATurnOfItsOwn() throws Exception {
		ActorContext<int[], ?> c = context();
		assertThat(c.turn(() -> Thread.currentThread()).get(5, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
	}

	/** It waits for itself. The work is dropped with the result that it is a part of. */
	@Test
	void actionThatHoldsItsTurnTimesOutIfItWaitsForWork() {
		context();
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.harness.call(Counter.class, "k", "waitsForItself"))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("action_timed_out"));
		assertThat(this.harness.call(Counter.class, "k", "get").intValue()).isZero();
	}

	@Test
	void failsWithWhatTheWorkThrows() {
		ActorContext<int[], ?> c = context();
		CompletableFuture<Integer> result = c.turn(() -> {
			throw new IllegalArgumentException("no");
		});
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> result.get(5, TimeUnit.SECONDS))
			.withCause(new IllegalArgumentException("no"));
		assertThat(this.harness.call(Counter.class, "k", "get").intValue()).isZero();
	}

	@Test
	void refusesWorkIfTheMailboxIsFull() throws Exception {
		try (ActorHarness small = new ActorHarness(ActorSettings.DEFAULTS.withMailboxCapacity(2), new Counter())) {
			small.call(Counter.class, "k", "get");
			ActorContext<int[], ?> c = Counter.context.get();
			CountDownLatch goOn = new CountDownLatch(1);
			CompletableFuture<Boolean> first = c.turn(() -> Counter.await(goOn));
			// several: the call before may not have left yet
			List<CompletableFuture<Integer>> more = IntStream.range(0, 50).mapToObj((n) -> c.turn(() -> n)).toList();
			assertThat(failure(more.get(49)).code()).isEqualTo("overloaded");
			goOn.countDown();
			assertThat(first.get(5, TimeUnit.SECONDS)).isTrue();
		}
	}

	@Test
	void refusesWorkOfAnInstanceThatHasLeftMemory() {
		ActorContext<int[], ?> c = context();
		CompletableFuture<Integer> waiting = c.turn(() -> {
			c.sleep();
			return Counter.later(c, 1);
		}).thenCompose((result) -> result);
		assertThat(failure(waiting).code()).isEqualTo("stopped");
		Awaitility.await().atMost(ActorHarness.PATIENCE).until(() -> this.harness.node().size() == 0);
		assertThat(failure(c.turn(() -> Counter.add(c, 1))).code()).isEqualTo("stopped");
		assertThat(this.harness.call(Counter.class, "k", "get").intValue()).isZero();
		assertThat(failure(c.turn(() -> Counter.add(c, 1))).code()).isEqualTo("stopped");
		assertThat(this.harness.call(Counter.class, "k", "get").intValue()).isZero();
	}

	@Test
	void interruptsWorkThatTakesTooLong() {
		ActorContext<int[], ?> c = context();
		assertThat(failure(c.turn(() -> Counter.sleep(20_000))).code()).isEqualTo("action_timed_out");
		assertThat(this.harness.call(Counter.class, "k", "get").intValue()).isZero();
	}

	@Test
	void cancelledWorkDoesNotRun() throws Exception {
		ActorContext<int[], ?> c = context();
		CountDownLatch goOn = new CountDownLatch(1);
		CompletableFuture<Boolean> first = c.turn(() -> Counter.await(goOn));
		CompletableFuture<Integer> second = c.turn(() -> Counter.add(c, 1));
		Mono.fromFuture(second).subscribe().dispose();
		assertThat(second).isCancelled();
		goOn.countDown();
		first.get(5, TimeUnit.SECONDS);
		assertThat(this.harness.call(Counter.class, "k", "get").intValue()).isZero();
	}

	@Test
	void hookOutsideTurnsTouchesTheStateInOne() {
		context();
		this.harness.connect(Counter.class, "k", null);
		assertThat(this.harness.call(Counter.class, "k", "get").intValue()).isEqualTo(100);
	}

	private static RivetException failure(CompletableFuture<?> result) {
		AtomicReference<@Nullable RivetException> failure = new AtomicReference<>();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> result.get(5, TimeUnit.SECONDS))
			.withCauseInstanceOf(RivetException.class)
			.satisfies((ex) -> failure.set((RivetException) ex.getCause()));
		return failure.get();
	}

	static class Counter {

		static final AtomicReference<@Nullable ActorContext<int[], ?>> context = new AtomicReference<>();

		static final AtomicInteger inTurn = new AtomicInteger();

		@CreateState
		int[] create() {
			return new int[1];
		}

		@OnCreate
		Mono<Long> created() {
			return Mono.delay(Duration.ofMillis(10));
		}

		@OnBeforeConnect
		void connects() {
			ActorContext<int[], ?> c = ActorContext.current();
			c.turn(() -> add(c, 100)).join();
		}

		/** Fails if another turn runs meanwhile. */
		static int add(ActorContext<int[], ?> c, int n) {
			assertThat(inTurn.incrementAndGet()).isOne();
			Thread.yield();
			c.state()[0] += n;
			assertThat(inTurn.decrementAndGet()).isZero();
			return c.state()[0];
		}

		/** Calls from another thread. */
		static CompletableFuture<Integer> later(ActorContext<int[], ?> c, int n) {
			return CompletableFuture.supplyAsync(() -> c.turn(() -> add(c, n))).join();
		}

		static boolean await(CountDownLatch latch) {
			try {
				return latch.await(5, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		static int sleep(long millis) {
			try {
				Thread.sleep(millis);
				return 0;
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Action
		int get(ActorContext<int[], ?> c) {
			context.set(c);
			return c.state()[0];
		}

		@Action
		int inMethod(ActorContext<int[], ?> c) {
			c.turn(() -> add(c, 1)).join();
			return c.turn(() -> add(c, 1)).join();
		}

		@Action
		int nested(ActorContext<int[], ?> c) {
			return c.turn(() -> c.turn(() -> add(c, 2)).join()).join();
		}

		@Action
		Mono<Integer> waitsForItself(ActorContext<int[], ?> c) {
			return Mono.delay(Duration.ofMillis(10)).flatMap((tick) -> Mono.fromFuture(() -> c.turn(() -> add(c, 1))));
		}

		@Action(interleave = true)
		Mono<Integer> interleaved(ActorContext<int[], ?> c) {
			return Mono.delay(Duration.ofMillis(10))
				.flatMap((tick) -> Mono.fromFuture(() -> c.turn(() -> add(c, 1))))
				.flatMap((one) -> Mono.fromFuture(() -> c.turn(() -> add(c, 1))));
		}

	}

}
