/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ToClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Turns: one at a time, in order, bounded in number and time.
 */
class TurnTests {

	private ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Counter());

	@AfterEach
	void close() {
		this.harness.close();
	}

	@Test
	void neverRunsTwoTurnsOfOneInstanceAtOnce() throws Exception {
		int callers = 64;
		int each = 100_000 / callers + 1;
		ActorHarness roomy = new ActorHarness(ActorSettings.DEFAULTS.withMailboxCapacity(1_000_000), new Counter());
		CountDownLatch done = new CountDownLatch(callers);
		for (int caller = 0; caller < callers; caller++) {
			new Thread(() -> {
				Flux.range(0, each)
					.flatMap((i) -> roomy.directory()
						.call(ActorHarness.target(Counter.class, "k"), null, roomy.request(0, "increment")), 16)
					.blockLast();
				done.countDown();
			}).start();
		}
		assertThat(done.await(60, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
		assertThat(roomy.call(Counter.class, "k", "get").intValue()).isEqualTo(callers * each);
		roomy.close();
	}

	@Test
	void idleInstancesCostNoThreads() {
		int before = Thread.activeCount();
		for (int i = 0; i < 10_000; i++) {
			this.harness.call(Counter.class, "k" + i, "get");
		}
		assertThat(this.harness.node().size()).isEqualTo(10_000);
		assertThat(Thread.activeCount()).isLessThanOrEqualTo(before + 32);
	}

	@Test
	void keepsTheTurnUntilAMonoEnds() {
		RecordedOutbound client = this.harness.connect(Counter.class, "k", null);
		deliver(client, 1, "slow", 200);
		deliver(client, 2, "get");
		Awaitility.await().until(() -> answers(client).size() == 2);
		assertThat(answers(client)).containsExactly(1L, 2L);
	}

	@Test
	void interleavesWhereAsked() {
		RecordedOutbound client = this.harness.connect(Counter.class, "k", null);
		deliver(client, 1, "interleaved", 300);
		deliver(client, 2, "get");
		Awaitility.await().until(() -> answers(client).size() == 2);
		assertThat(answers(client)).containsExactly(2L, 1L);
	}

	@Test
	void runsTurnsInTheOrderInWhichTheyCame() {
		RecordedOutbound client = this.harness.connect(Counter.class, "k", null);
		List<Long> sent = new ArrayList<>();
		for (long id = 0; id < 500; id++) {
			deliver(client, id, "increment");
			sent.add(id);
		}
		Awaitility.await().until(() -> answers(client).size() == 500);
		assertThat(answers(client)).isEqualTo(sent);
	}

	@Test
	void interruptsABlockedActionAndAnswersItAtOnce() {
		Counter counter = new Counter();
		ActorHarness quick = new ActorHarness(ActorSettings.DEFAULTS.withActionTimeout(Duration.ofMillis(200)),
				counter);
		RivetException ex = catchThrowableOfType(RivetException.class, () -> quick.call(Counter.class, "k", "block"));
		assertThat(ex.code()).isEqualTo("action_timed_out");
		Awaitility.await().untilTrue(counter.interrupted);
		assertThat(quick.call(Counter.class, "k", "get").intValue()).isZero();
		quick.close();
	}

	@Test
	void keepsTheTurnOfATimedOutActionUntilItReturns() {
		Counter counter = new Counter();
		ActorHarness quick = new ActorHarness(ActorSettings.DEFAULTS.withActionTimeout(Duration.ofMillis(100)),
				counter);
		catchThrowableOfType(RivetException.class, () -> quick.call(Counter.class, "k", "stubborn"));
		RecordedOutbound client = quick.connect(Counter.class, "k", null);
		assertThat(counter.running).hasValue(0);
		assertThat(client.messages(ToClient.Init.class)).hasSize(1);
		quick.close();
	}

	@Test
	void cancelsAMonoThatTakesTooLong() {
		Counter counter = new Counter();
		ActorHarness quick = new ActorHarness(ActorSettings.DEFAULTS.withActionTimeout(Duration.ofMillis(200)),
				counter);
		RivetException ex = catchThrowableOfType(RivetException.class, () -> quick.call(Counter.class, "k", "never"));
		assertThat(ex.code()).isEqualTo("action_timed_out");
		Awaitility.await().untilTrue(counter.cancelled);
		assertThat(quick.call(Counter.class, "k", "get").intValue()).isZero();
		quick.close();
	}

	@Test
	void refusesWhatTheMailboxDoesNotHold() {
		ActorHarness small = new ActorHarness(ActorSettings.DEFAULTS.withMailboxCapacity(10), new Counter());
		RecordedOutbound client = small.connect(Counter.class, "k", null);
		for (long id = 0; id < 20; id++) {
			small.directory()
				.deliver(ActorHarness.address(Counter.class, "k"), client.connectionId(),
						small.request(id, "slow", 500));
		}
		Awaitility.await().until(() -> client.messages(ToClient.Error.class).size() >= 10);
		ToClient.Error error = client.messages(ToClient.Error.class).get(0);
		assertThat(error.group() + "." + error.code()).isEqualTo("actor.overloaded");
		// the turn of the connect may still count
		assertThat(error.actionId()).isBetween(9L, 10L);
		assertThat(String.valueOf(error.metadata())).contains("\"capacity\":10", "\"channel\":\"mailbox\"");
		small.close();
	}

	@Test
	void acceptsEveryKindOfResult() {
		assertThat(this.harness.call(Counter.class, "k", "list").toString()).isEqualTo("[1,2,3]");
		assertThat(this.harness.call(Counter.class, "k", "future").intValue()).isEqualTo(7);
		assertThat(this.harness.call(Counter.class, "k", "nothing").isMissingNode()).isTrue();
		assertThat(this.harness.call(Counter.class, "k", "nothingLater").isMissingNode()).isTrue();
		assertThat(this.harness.call(Counter.class, "k", "nullValue").isNull()).isTrue();
		assertThat(this.harness.call(Counter.class, "k", "users.add", "ada").stringValue()).isEqualTo("ada");
	}

	@Test
	void failsWhatFailsLaterToo() {
		RivetException ex = catchThrowableOfType(RivetException.class,
				() -> this.harness.call(Counter.class, "k", "failLater"));
		assertThat(ex.code()).isEqualTo("internal_error");
		assertThat(ex.getMessage()).doesNotContain("secret");
	}

	private void deliver(RecordedOutbound client, long id, String action, Object... args) {
		this.harness.directory()
			.deliver(ActorHarness.address(Counter.class, "k"), client.connectionId(),
					this.harness.request(id, action, args));
	}

	private static List<Long> answers(RecordedOutbound client) {
		return client.messages(ToClient.ActionResponse.class).stream().map(ToClient.ActionResponse::id).toList();
	}

	static class Counter {

		final AtomicBoolean interrupted = new AtomicBoolean();

		final AtomicBoolean cancelled = new AtomicBoolean();

		final AtomicInteger running = new AtomicInteger();

		@CreateState
		int[] createState() {
			return new int[1];
		}

		/** Not atomic: two at once would lose a count. */
		@Action
		int increment(ActorContext<int[], ?> c) {
			int before = c.state()[0];
			if (before % 100 == 0) {
				Thread.yield();
			}
			c.state()[0] = before + 1;
			return before + 1;
		}

		@Action
		int get(ActorContext<int[], ?> c) {
			return c.state()[0];
		}

		@Action
		Mono<Long> slow(long millis) {
			return Mono.delay(Duration.ofMillis(millis));
		}

		@Action(interleave = true)
		Mono<Long> interleaved(long millis) {
			return Mono.delay(Duration.ofMillis(millis));
		}

		@Action
		void block() {
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				this.interrupted.set(true);
			}
		}

		/** Takes no notice of an interrupt. */
		@Action
		void stubborn() {
			this.running.incrementAndGet();
			long end = System.nanoTime() + Duration.ofMillis(500).toNanos();
			while (System.nanoTime() < end) {
				Thread.onSpinWait();
			}
			this.running.decrementAndGet();
		}

		@Action
		Mono<Void> never() {
			return Mono.<Void>never().doOnCancel(() -> this.cancelled.set(true));
		}

		@Action
		Flux<Integer> list() {
			return Flux.just(1, 2, 3);
		}

		@Action
		CompletableFuture<Integer> future() {
			return CompletableFuture.supplyAsync(() -> 7);
		}

		@Action
		void nothing() {
		}

		@Action
		Mono<Void> nothingLater() {
			return Mono.delay(Duration.ofMillis(1)).then();
		}

		@Action
		String nullValue() {
			return null;
		}

		@Action("users.add")
		String addUser(String name) {
			return name;
		}

		@Action
		Mono<String> failLater() {
			return Mono.error(new IllegalStateException("secret"));
		}

	}

}
