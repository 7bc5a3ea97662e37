/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Registration;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.connection.Connection;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.scheduling.WakeupBatches;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Actions that do not block, which are called where the message of the client is read.
 */
class NonBlockingTurnTests {

	private final Tally tally = new Tally();

	private ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS.withMailboxCapacity(1_000_000), this.tally);

	@AfterEach
	void close() {
		this.harness.close();
	}

	private void restart(ActorSettings settings, ActorStateStore store) {
		restart(settings, store, List.of(), List.of());
	}

	private void restart(ActorSettings settings, ActorStateStore store, List<InboundInterceptor> inbound,
			List<OutboundInterceptor> outbound) {
		this.harness.close();
		this.harness = new ActorHarness(settings, store,
				new ActorHarness.Neighbours(inbound, outbound, ActorObserver.NONE), this.tally);
	}

	@Test
	void areCalledWhereTheMessageIsRead() {
		RecordedOutbound client = connect();
		deliver(client, 1, "thread");
		assertThat(threads(client)).containsExactly(Thread.currentThread().getName());
		deliver(client, 2, "thread");
		assertThat(threads(client)).hasSize(2).containsOnly(Thread.currentThread().getName());
	}

	@Test
	void areCalledByAWorkerBehindOthers() {
		RecordedOutbound client = connect();
		deliver(client, 1, "slow", 100);
		deliver(client, 2, "thread");
		assertThat(answers(client)).isEmpty();
		Awaitility.await().until(() -> answers(client).size() == 2);
		assertThat(answers(client)).extracting(ToClient.ActionResponse::id).containsExactly(1L, 2L);
		assertThat(threads(client)).singleElement().asString().startsWith("test-worker");
	}

	/** Of clients on two event loops, one has to wait, and holds up nobody. */
	@Test
	void areCalledByAWorkerIfTheyComeWhileOneRuns() throws Exception {
		RecordedOutbound first = connect();
		RecordedOutbound second = connect();
		Thread loop = new Thread(() -> deliver(first, 1, "spin"), "test-loop");
		loop.start();
		assertThat(this.tally.spinning.await(10, TimeUnit.SECONDS)).isTrue();
		deliver(second, 2, "thread");
		assertThat(answers(second)).isEmpty();
		this.tally.goOn.countDown();
		Awaitility.await().until(() -> !answers(second).isEmpty());
		assertThat(threads(second)).singleElement().asString().startsWith("test-worker");
		loop.join(10_000);
		assertThat(answers(first)).hasSize(1);
	}

	@Test
	void areCalledByAWorkerIfAnInterceptorTakesPart() {
		restart(ActorSettings.DEFAULTS, new MemoryActorStateStore(), List.of((inbound, next) -> next.proceed(inbound)),
				List.of());
		RecordedOutbound client = this.harness.connect(Tally.class, "k", null);
		deliver(client, 1, "thread");
		Awaitility.await().until(() -> !answers(client).isEmpty());
		assertThat(threads(client)).singleElement().asString().startsWith("test-worker");
	}

	@Test
	void areCalledByAWorkerIfAnInterceptorIsAskedAboutEvents() {
		restart(ActorSettings.DEFAULTS, new MemoryActorStateStore(), List.of(), List.of((event) -> event));
		RecordedOutbound client = this.harness.connect(Tally.class, "k", null);
		deliver(client, 1, "thread");
		Awaitility.await().until(() -> !answers(client).isEmpty());
		assertThat(threads(client)).singleElement().asString().startsWith("test-worker");
	}

	@Test
	void areCalledByAWorkerWhileSomebodyListens() {
		RecordedOutbound client = connect();
		Registration registration = this.harness.actors().get("Tally", "k").on("thread", (connection, args) -> {
		});
		deliver(client, 1, "thread");
		Awaitility.await().until(() -> answers(client).size() == 1);
		assertThat(threads(client)).singleElement().asString().startsWith("test-worker");
		Awaitility.await().until(() -> {
			registration.close();
			deliver(client, 2, "thread");
			return threads(client).contains(Thread.currentThread().getName()); // that of
																				// Awaitility
		});
	}

	@Test
	void leaveTheSavingOfTheStateToAWorker() {
		Set<String> savers = ConcurrentHashMap.newKeySet();
		ActorSettings defaults = ActorSettings.DEFAULTS;
		restart(new ActorSettings(defaults.actionTimeout(), defaults.connectionHookTimeout(),
				defaults.lifecycleHookTimeout(), defaults.sleepTimeout(), Duration.ZERO, defaults.mailboxCapacity(),
				defaults.maxKeySize(), defaults.maxInputSize(), false, defaults.history(), defaults.state(),
				defaults.hibernation()), new RecordingStore(savers));
		RecordedOutbound client = connect();
		savers.clear();
		for (int i = 0; i < 100; i++) {
			deliver(client, i, "increment");
		}
		Awaitility.await().until(() -> answers(client).size() == 100);
		Awaitility.await().until(() -> !savers.isEmpty());
		assertThat(savers).allMatch((name) -> name.startsWith("test-worker"));
		assertThat(answers(client).get(99).output().intValue()).isEqualTo(100);
	}

	@Test
	void neverOverlapAndKeepTheirOrder() throws Exception {
		int callers = 4;
		int each = 10_000;
		List<RecordedOutbound> clients = new ArrayList<>();
		CountDownLatch done = new CountDownLatch(callers);
		for (int caller = 0; caller < callers; caller++) {
			RecordedOutbound client = connect();
			clients.add(client);
			new Thread(() -> {
				for (int i = 0; i < each; i++) {
					deliver(client, i, (i % 7 == 0) ? "incrementOnWorker" : "increment");
				}
				done.countDown();
			}).start();
		}
		assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
		for (RecordedOutbound client : clients) {
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> answers(client).size() == each);
			assertThat(answers(client)).extracting(ToClient.ActionResponse::id).isSorted();
		}
		deliver(clients.get(0), each, "increment");
		Awaitility.await().until(() -> answers(clients.get(0)).size() == each + 1);
		assertThat(answers(clients.get(0)).get(each).output().intValue()).isEqualTo(callers * each + 1);
	}

	/** Or a client that talks fast would run more than any bound. */
	@Test
	void areCalledByAWorkerWhenTheThreadHasBeenBusyForAWhile() {
		RecordedOutbound client = connect();
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		new WakeupBatches(time).run(() -> {
			deliver(client, 1, "thread");
			assertThat(threads(client)).containsExactly(Thread.currentThread().getName());
			time.advanceTimeBy(Duration.ofMillis(2));
			deliver(client, 2, "thread");
		});
		Awaitility.await().until(() -> answers(client).size() == 2);
		assertThat(threads(client).get(1)).startsWith("test-worker");
	}

	@Test
	void areFollowedByOthersAfterAnErrorOfTheRuntime() {
		this.harness.close();
		this.harness = new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
				new ActorHarness.Neighbours(List.of(), List.of(), new ActorObserver() {

					@Override
					public void badRequest(@Nullable Connection<?> connection, ActorAddress actor, String action,
							InvalidArgumentException violation) {
						throw new StackOverflowError("test");
					}

				}), this.tally);
		RecordedOutbound client = connect();
		deliver(client, 1, "increment", "too much");
		deliver(client, 2, "thread");
		Awaitility.await().until(() -> answers(client).size() == 1);
	}

	@Test
	void answerWhatFails() {
		RecordedOutbound client = connect();
		deliver(client, 1, "fail");
		assertThat(client.messages(ToClient.Error.class)).singleElement()
			.satisfies((error) -> assertThat(error.code()).isEqualTo("no_luck"))
			.satisfies((error) -> assertThat(error.actionId()).isEqualTo(1));
		deliver(client, 2, "thread");
		assertThat(answers(client)).hasSize(1);
	}

	@Test
	void areInterruptedIfTheyBlockAllTheSame() {
		restart(ActorSettings.DEFAULTS.withActionTimeout(Duration.ofMillis(100)), new MemoryActorStateStore());
		RecordedOutbound client = connect();
		deliver(client, 1, "block");
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(client.messages(ToClient.Error.class)).singleElement()
			.satisfies((error) -> assertThat(error.code()).isEqualTo("action_timed_out"));
		deliver(client, 2, "thread");
		assertThat(threads(client)).containsExactly(Thread.currentThread().getName());
	}

	/** Each is over before the next one comes. */
	@Test
	void fitIntoTheSmallestMailbox() {
		restart(ActorSettings.DEFAULTS.withMailboxCapacity(1), new MemoryActorStateStore());
		RecordedOutbound client = connect();
		int errors = client.messages(ToClient.Error.class).size();
		for (int i = 1; i <= 50; i++) {
			deliver(client, i, "thread");
		}
		assertThat(client.messages(ToClient.Error.class)).hasSize(errors);
		assertThat(threads(client)).hasSize(50);
	}

	/** Connect, and wait until the turn of that is over. */
	private RecordedOutbound connect() {
		RecordedOutbound client = this.harness.connect(Tally.class, "k", null);
		String here = Thread.currentThread().getName();
		Awaitility.await().pollInSameThread().until(() -> {
			deliver(client, -1, "thread");
			return client.messages(ToClient.ActionResponse.class)
				.stream()
				.anyMatch((answer) -> answer.output().stringValue().equals(here));
		});
		return client;
	}

	private void deliver(RecordedOutbound client, long id, String action, Object... args) {
		ActorAddress address = ActorHarness.address(Tally.class, "k");
		ToServer.ActionRequest request = this.harness.request(id, action, args);
		this.harness.directory().deliver(address, client.connectionId(), request);
	}

	private static List<ToClient.ActionResponse> answers(RecordedOutbound client) {
		return client.messages(ToClient.ActionResponse.class).stream().filter((answer) -> answer.id() >= 0).toList();
	}

	/** Names of the threads that it was called on. */
	private static List<String> threads(RecordedOutbound client) {
		return answers(client).stream()
			.map(ToClient.ActionResponse::output)
			.filter((output) -> output != null && output.isString())
			.map((output) -> output.stringValue())
			.toList();
	}

	/** Records the thread that saves. */
	private static final class RecordingStore extends DelegatingActorStateStore {

		private final Set<String> savers;

		RecordingStore(Set<String> savers) {
			super(new MemoryActorStateStore());
			this.savers = savers;
		}

		@Override
		public void commit(Change change) {
			this.savers.add(Thread.currentThread().getName());
			super.commit(change);
		}

	}

	static class Tally {

		final CountDownLatch spinning = new CountDownLatch(1);

		final CountDownLatch goOn = new CountDownLatch(1);

		@CreateState
		int[] createState() {
			return new int[1];
		}

		@Action(blocking = false)
		String thread() {
			return Thread.currentThread().getName();
		}

		/** Not atomic: two at once would lose a count. */
		@Action(blocking = false)
		int increment(ActorContext<int[], ?> c) {
			int before = c.state()[0];
			if (before % 100 == 0) {
				Thread.yield();
			}
			c.state()[0] = before + 1;
			return before + 1;
		}

		@Action
		int incrementOnWorker(ActorContext<int[], ?> c) {
			return increment(c);
		}

		@Action
		Mono<Long> slow(long millis) {
			return Mono.delay(Duration.ofMillis(millis));
		}

		@Action(blocking = false)
		void spin() {
			this.spinning.countDown();
			while (this.goOn.getCount() > 0) {
				Thread.onSpinWait();
			}
		}

		@Action(blocking = false)
		void fail() {
			throw new UserError("no_luck", "No luck");
		}

		@Action(blocking = false)
		void block() throws InterruptedException {
			new CountDownLatch(1).await();
		}

	}

}
