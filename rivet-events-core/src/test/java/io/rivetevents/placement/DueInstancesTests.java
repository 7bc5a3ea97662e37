/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.scheduling.DueQueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * All that depends on the time happens, though no instance is visited that has nothing
 * due; in a time that only the tests advance.
 */
class DueInstancesTests {

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final MemoryActorStateStore store = new MemoryActorStateStore();

	private final Room room = new Room();

	private final Stuck stuck = new Stuck();

	private final ActorHarness harness = ActorHarness.withTimers(this.timers,
			ActorSettings.DEFAULTS.withActionTimeout(Duration.ofMinutes(10)), this.store, this.room, new Sleepless(),
			new Failing(), this.stuck);

	private final DueQueue queue = this.harness.node().instances().dueQueue();

	@AfterEach
	void close() {
		this.room.gate.countDown();
		this.harness.close();
	}

	private void advance(Duration time) {
		this.timers.advanceTimeBy(time);
	}

	/** A worker may arm something a moment after what it has done is seen. */
	private void awaitSoon(Assertion condition) {
		Awaitility.await().pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
			advance(Duration.ofMillis(10));
			condition.check();
		});
	}

	private interface Assertion {

		void check() throws Exception;

	}

	private void assertNoInstance() {
		assertThat(this.harness.node().size()).isZero();
	}

	@Test
	void sleepsWhenItsTimeHasCome() {
		this.harness.call(Room.class, "k", "nothing");
		advance(Duration.ofMillis(29_900));
		assertThat(this.harness.node().size()).isEqualTo(1);
		advance(Duration.ofMillis(100));
		awaitSoon(this::assertNoInstance);
	}

	@Test
	void sleepsAfterItsLastConnectionHasClosed() {
		RecordedOutbound client = this.harness.connect(Room.class, "k", null);
		advance(Duration.ofMinutes(10));
		assertThat(this.harness.node().size()).isEqualTo(1);
		this.harness.directory().disconnected(ActorHarness.address(Room.class, "k"), client.connectionId());
		awaitSoon(() -> assertThat(this.queue.size()).isEqualTo(1));
		advance(Duration.ofSeconds(30));
		awaitSoon(this::assertNoInstance);
	}

	@Test
	void savesWhenTheIntervalIsOver() {
		this.harness.call(Sleepless.class, "k", "change", "new");
		assertThat(stored()).contains("old");
		advance(Duration.ofMillis(900));
		assertThat(stored()).contains("old");
		advance(Duration.ofMillis(100));
		awaitSoon(() -> assertThat(stored()).contains("new"));
	}

	private String stored() {
		byte[] state = this.store.load(ActorHarness.address(Sleepless.class, "k")).state();
		return new String(state, StandardCharsets.UTF_8);
	}

	@Test
	void dropsWhatIsTooOldOfTheHistory() {
		this.harness.connectExtended(Room.class, "k", "said");
		this.harness.call(Room.class, "k", "say");
		ByteBudget history = this.harness.limits().history();
		assertThat(history.used()).isPositive();
		Duration maxAge = ActorSettings.DEFAULTS.history().maxAge();
		advance(maxAge.minusMillis(1));
		assertThat(history.used()).isPositive();
		advance(Duration.ofMillis(12));
		assertThat(history.used()).isZero();
	}

	@Test
	void dropsAnswersThatAreTooOld() {
		RecordedOutbound client = this.harness.connect(Room.class, "k", null);
		ToServer.ActionRequest request = new ToServer.ActionRequest(1, "nothing", List.of(),
				new ToServer.CallOptions(false, null, "key"));
		this.harness.directory().deliver(ActorHarness.address(Room.class, "k"), client.connectionId(), request);
		Awaitility.await().until(() -> !client.messages(ToClient.ActionResponse.class).isEmpty());
		ByteBudget answers = this.harness.limits().answers();
		advance(Duration.ofMillis(299_900));
		assertThat(answers.used()).isPositive();
		advance(Duration.ofMillis(100));
		awaitSoon(() -> assertThat(answers.used()).isZero());
	}

	@Test
	void endsAHookThatRunsTooLong() throws InterruptedException {
		AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
		this.harness.directory().resolve(ActorHarness.target(Stuck.class, "k")).subscribe(null, failure::set);
		assertThat(this.stuck.begun.await(10, TimeUnit.SECONDS)).isTrue();
		advance(Duration.ofMillis(4_900));
		assertThat(failure).hasValue(null);
		advance(Duration.ofMillis(100));
		awaitSoon(() -> assertThat(failure.get()).isInstanceOf(RivetException.class).hasMessageContaining("timed out"));
	}

	@Test
	void refusesACallThatWaitsTooLong() throws InterruptedException {
		RecordedOutbound client = this.harness.connect(Room.class, "k", null);
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.connectionId(), this.harness.request(1, "block"));
		assertThat(this.room.blocks.await(10, TimeUnit.SECONDS)).isTrue();
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.connectionId(), this.harness.request(2, "nothing"));
		advance(Duration.ofMillis(599_900));
		assertThat(client.messages(ToClient.Error.class)).isEmpty();
		advance(Duration.ofMillis(110));
		assertThat(client.messages(ToClient.Error.class)).extracting(ToClient.Error::actionId).containsExactly(2L);
	}

	@Test
	void visitsNoInstanceThatHasNothingDue() {
		for (int i = 0; i < 1_000; i++) {
			this.harness.call(Sleepless.class, "k" + i, "change", "new");
		}
		awaitSoon(() -> {
			advance(Duration.ofMinutes(20));
			assertThat(this.queue.size()).isZero();
		});
		assertThat(this.harness.node().size()).isEqualTo(1_000);
	}

	@Test
	void leavesNothingInTheQueueOfInstancesThatHaveLeft() {
		for (int i = 0; i < 100; i++) {
			this.harness.call(Room.class, "k" + i, "sleep");
			this.harness.directory().destroy(ActorHarness.target(Sleepless.class, "k" + i)).block();
			int number = i;
			assertThatExceptionOfType(RivetException.class)
				.isThrownBy(() -> this.harness.call(Failing.class, "k" + number, "nothing"));
		}
		Awaitility.await().untilAsserted(this::assertNoInstance);
		assertThat(this.queue.size()).isZero();
	}

	@Test
	void sleepsOnceAClientIsRefusedThatKeptItAwake() {
		this.room.decision = Sinks.empty();
		this.harness.call(Room.class, "k", "nothing");
		advance(Duration.ofSeconds(27));
		ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS);
		Outbound outbound = new RecordedOutbound(request.connectionId());
		this.harness.connections()
			.register(request, outbound, this.harness.limits().connect(request.identity().address(), false));
		Mono<?> connected = this.harness.directory().connect(ActorHarness.target(Room.class, "k"), request);
		connected.onErrorComplete().subscribe();
		Awaitility.await().until(() -> this.room.decision.currentSubscriberCount() > 0);
		advance(Duration.ofSeconds(4)); // from the last use on, which is the arrival of
										// the client
		this.room.decision.tryEmitError(new IllegalStateException("on purpose"));
		advance(Duration.ofSeconds(26));
		awaitSoon(this::assertNoInstance);
	}

	@Test
	void letsIdleInstancesSleepWhenAnotherTakesMemory() {
		this.harness.call(Room.class, "unused", "nothing");
		awaitSoon(() -> {
			advance(Duration.ofSeconds(1));
			assertThat(this.queue.size()).isEqualTo(1);
		});
		ByteBudget awake = this.harness.limits().awake();
		awake.acquire(awake.max() * 6 / 8 - awake.used() + 1);
		advance(Duration.ofSeconds(1));
		assertThat(this.harness.node().size()).isEqualTo(1);
		this.harness.call(Sleepless.class, "k", "change", "new");
		advance(Duration.ofMillis(20));
		Awaitility.await().until(() -> this.harness.node().size() == 1);
	}

	@Actor
	static class Room {

		private final CountDownLatch blocks = new CountDownLatch(1);

		private final CountDownLatch gate = new CountDownLatch(1);

		private volatile Sinks.@Nullable Empty<Void> decision;

		@OnBeforeConnect
		Mono<Void> decide() {
			return (this.decision != null) ? this.decision.asMono() : Mono.empty();
		}

		@Action
		int nothing() {
			return 0;
		}

		@Action
		void say(ActorContext<?, ?> c) {
			c.broadcast("said", "text");
		}

		@Action(timeout = "1h")
		void block() throws InterruptedException {
			this.blocks.countDown();
			this.gate.await();
		}

		@Action
		void sleep(ActorContext<?, ?> c) {
			c.sleep();
		}

	}

	@Actor(sleepTimeout = "never")
	static class Sleepless {

		@CreateState
		String createState() {
			return "old";
		}

		@Action
		void change(ActorContext<String, ?> c, String to) {
			c.setState(to);
		}

	}

	@Actor
	static class Stuck {

		private final CountDownLatch begun = new CountDownLatch(1);

		@CreateState
		String createState() throws InterruptedException {
			this.begun.countDown();
			new CountDownLatch(1).await();
			return "never";
		}

	}

	@Actor
	static class Failing {

		@CreateState
		String createState() {
			throw new IllegalStateException("on purpose");
		}

	}

}
