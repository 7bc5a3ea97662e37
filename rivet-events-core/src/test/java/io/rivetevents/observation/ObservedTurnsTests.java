/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.connection.Connection;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.extension.ActionOutcome.Kind;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What observers receive of real turns.
 */
class ObservedTurnsTests {

	private static final ActorAddress ROOM = ActorHarness.address(Room.class, "k");

	private static final Duration LONG = Duration.ofMillis(80);

	private final Recording observer = new Recording();

	private final FailingStore store = new FailingStore();

	private final Room room = new Room();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store,
			new ActorHarness.Neighbours(List.of(), List.of(), this.observer), this.room);

	@AfterEach
	void close() {
		this.room.release.countDown();
		this.harness.close();
	}

	// Actions

	@ParameterizedTest
	@CsvSource({ "quick, SUCCEEDED,", "later, SUCCEEDED,", "aside, SUCCEEDED,", "refused, FAILED, user.sold_out",
			"broken, FAILED, rivetkit.internal_error", "stuck, TIMED_OUT, actor.action_timed_out",
			"never, TIMED_OUT, actor.action_timed_out" })
	void reportsTheOutcomeOfAnAction(String action, Kind kind, @Nullable String reason) {
		RecordedOutbound client = this.harness.connect(Room.class, "k", null);
		deliver(client, this.harness.request(1, action));
		awaitEnds(1);
		assertEnd(0, action, kind, reason);
		assertThat(this.observer.started.get(0).connection()).extracting(Connection::id)
			.isEqualTo(client.connectionId());
		this.room.release.countDown();

		catchThrowableOfType(RivetException.class, () -> this.harness.callAsClient(Room.class, "k", action));
		awaitEnds(2);
		assertEnd(1, action, kind, reason);
		assertThat(this.observer.started.get(1).connection()).isNotNull();

		catchThrowableOfType(RivetException.class, () -> this.harness.call(Room.class, "k", action));
		awaitEnds(3);
		assertEnd(2, action, kind, reason);
		assertThat(this.observer.started.get(2).connection()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "hold", "never" })
	void reportsThatAnActionWasCancelled(String action) {
		RecordedOutbound client = this.harness.connectExtended(Room.class, "k");
		deliver(client, this.harness.request(1, action));
		Awaitility.await().until(() -> this.observer.started.size() == 1 && this.room.entered);
		deliver(client, new ToServer.Cancel(1));
		awaitEnds(1);
		assertEnd(0, action, Kind.CANCELLED, "actor.cancelled");
	}

	@Test
	void reportsHowLongAnActionTakes() {
		this.harness.call(Room.class, "k", "slow");
		awaitEnds(1);
		assertThat(this.observer.outcomes.get(0).duration()).isBetween(LONG, ActorHarness.PATIENCE);
	}

	@Test
	void reportsNoActionThatThereIsNot() {
		catchThrowableOfType(RivetException.class, () -> this.harness.call(Room.class, "k", "nothing"));
		this.harness.call(Room.class, "k", "quick");
		awaitEnds(1);
		assertThat(this.observer.started).extracting(ActionCall::action).containsExactly("quick");
	}

	@Test
	void reportsARepeatedCallOnce() {
		RecordedOutbound client = this.harness.connectExtended(Room.class, "k");
		for (int id = 1; id <= 2; id++) {
			deliver(client,
					new ToServer.ActionRequest(id, "quick", List.of(), new ToServer.CallOptions(false, null, "once")));
		}
		Awaitility.await().until(() -> client.messages().size() == 3);
		assertThat(this.observer.started).hasSize(1);
		assertThat(this.observer.outcomes).hasSize(1);
	}

	// Turns

	@Test
	void reportsHowManyTurnsWaitAndHowLong() {
		RecordedOutbound client = this.harness.connect(Room.class, "k", null);
		this.observer.forgetTurns();
		deliver(client, this.harness.request(1, "slow"));
		Awaitility.await().until(() -> this.room.entered);
		deliver(client, this.harness.request(2, "quick"));
		deliver(client, this.harness.request(3, "quick"));
		awaitEnds(3);
		assertThat(this.observer.depths.subList(1, 3)).containsExactly(2, 3);
		assertThat(this.observer.waits.get(0)).isLessThan(LONG);
		assertThat(this.observer.waits.get(1)).isBetween(LONG.dividedBy(2), ActorHarness.PATIENCE);
		assertThat(this.observer.waits.get(2)).isGreaterThanOrEqualTo(LONG.dividedBy(2));
	}

	@ParameterizedTest
	@ValueSource(strings = { "slow", "slowLater" })
	void reportsHowLongATurnTakes(String action) {
		this.harness.call(Room.class, "k", action);
		Awaitility.await().until(() -> this.observer.durations.size() == this.observer.waits.size());
		assertThat(this.observer.durations).filteredOn((duration) -> duration.compareTo(LONG) >= 0).hasSize(1);
	}

	// Saves

	@Test
	void reportsSaves() {
		this.harness.call(Room.class, "k", "add");
		assertThat(this.observer.saved).as("created").containsExactly("[0]".length());
		this.store.failing = true;
		catchThrowableOfType(RivetException.class, () -> this.harness.call(Room.class, "k", "save"));
		assertThat(this.observer.failed).containsExactly("[1]".length() + " store is down");
		this.store.failing = false;
		this.harness.call(Room.class, "k", "save");
		assertThat(this.observer.saved).containsExactly("[0]".length(), "[1]".length());
	}

	// Events

	@Test
	void reportsAnEventOnceForAllThatItGoesTo() {
		Encoding[] encodings = { Encoding.JSON, Encoding.BARE };
		IntStream.range(0, 1000).forEach((i) -> {
			OutboundQueue queue = new OutboundQueue(encodings[i % 2], new OutboundQueue.Limits(1_000_000, 60_000),
					(waiting) -> {
					});
			ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS);
			this.harness.connect(Room.class, "k", request, queue);
			this.harness.directory()
				.deliver(ROOM, request.connectionId(), new ToServer.SubscriptionRequest("said", true));
		});
		this.harness.call(Room.class, "k", "say");
		assertThat(this.observer.encoded).containsOnlyKeys("Room said json", "Room said bare");
		assertThat(this.observer.encoded.get("Room said bare")).isPositive()
			.isLessThan(this.observer.encoded.get("Room said json"));
		assertThat(this.observer.events).containsExactly("Room said 1000 1000");
	}

	@Test
	void reportsNoEventThatGoesToNone() {
		this.harness.call(Room.class, "k", "say");
		assertThat(this.observer.events).isEmpty();
	}

	private void deliver(RecordedOutbound client, ToServer message) {
		this.harness.directory().deliver(ROOM, client.connectionId(), message);
	}

	private void awaitEnds(int count) {
		Awaitility.await().until(() -> this.observer.outcomes.size() == count);
	}

	private void assertEnd(int index, String action, Kind kind, @Nullable String reason) {
		ActionCall call = this.observer.started.get(index);
		assertThat(this.observer.ended.get(index)).isSameAs(call);
		assertThat(call.actor()).isEqualTo(ROOM);
		assertThat(call.action()).isEqualTo(action);
		ActionOutcome outcome = this.observer.outcomes.get(index);
		assertThat(outcome.kind()).isEqualTo(kind);
		RivetException error = outcome.error();
		assertThat((error != null) ? error.group() + "." + error.code() : null).isEqualTo(reason);
	}

	static class Room {

		final CountDownLatch release = new CountDownLatch(1);

		volatile boolean entered;

		@CreateState
		int[] create() {
			return new int[1];
		}

		@Action
		int quick() {
			return 1;
		}

		@Action
		Mono<Integer> later() {
			return Mono.delay(Duration.ofMillis(10)).thenReturn(1);
		}

		@Action(interleave = true)
		Mono<Integer> aside() {
			return Mono.delay(Duration.ofMillis(10)).thenReturn(1);
		}

		@Action
		void refused() {
			throw new UserError("sold_out", "Sold out");
		}

		@Action
		void broken() {
			throw new IllegalStateException("of the test");
		}

		@Action(timeout = "100ms")
		void stuck() throws InterruptedException {
			this.release.await();
			Thread.sleep(5000);
		}

		@Action(timeout = "100ms")
		Mono<Void> never() {
			this.entered = true;
			return Mono.never();
		}

		@Action
		void hold() throws InterruptedException {
			this.entered = true;
			this.release.await();
		}

		@Action
		void slow() throws InterruptedException {
			this.entered = true;
			Thread.sleep(LONG.toMillis());
		}

		@Action
		Mono<Integer> slowLater() {
			return Mono.delay(LONG).thenReturn(1);
		}

		@Action
		void add(ActorContext<int[], Void> c) {
			c.state()[0]++;
		}

		@Action
		void save(ActorContext<int[], Void> c) {
			c.saveState();
		}

		@Action
		void say(ActorContext<int[], Void> c) {
			c.broadcast("said", "hello");
		}

	}

	private static final class FailingStore extends DelegatingActorStateStore {

		private volatile boolean failing;

		FailingStore() {
			super(new MemoryActorStateStore());
		}

		@Override
		public void commit(Change change) {
			if (this.failing) {
				throw new IllegalStateException("store is down");
			}
			super.commit(change);
		}

	}

	private static final class Recording implements ActorObserver {

		private final List<ActionCall> started = new CopyOnWriteArrayList<>();

		private final List<ActionCall> ended = new CopyOnWriteArrayList<>();

		private final List<ActionOutcome> outcomes = new CopyOnWriteArrayList<>();

		private final List<Integer> depths = new CopyOnWriteArrayList<>();

		private final List<Duration> durations = new CopyOnWriteArrayList<>();

		private final List<Duration> waits = new CopyOnWriteArrayList<>();

		private final List<Integer> saved = new CopyOnWriteArrayList<>();

		private final List<String> failed = new CopyOnWriteArrayList<>();

		private final Map<String, Integer> encoded = new ConcurrentHashMap<>();

		private final List<String> events = new CopyOnWriteArrayList<>();

		@Override
		public void actionStarted(ActionCall call) {
			this.started.add(call);
		}

		@Override
		public void actionEnded(ActionCall call, ActionOutcome outcome) {
			this.ended.add(call);
			this.outcomes.add(outcome);
		}

		@Override
		public void turnQueued(ActorAddress actor, int depth) {
			this.depths.add(depth);
		}

		@Override
		public void turnStarted(ActorAddress actor, Duration waited) {
			this.waits.add(waited);
		}

		@Override
		public void turnEnded(ActorAddress actor, Duration duration) {
			this.durations.add(duration);
		}

		void forgetTurns() {
			this.durations.clear();
			this.depths.clear();
			this.waits.clear();
		}

		@Override
		public void stateSaved(ActorAddress actor, int bytes, Duration duration) {
			this.saved.add(bytes);
		}

		@Override
		public void saveFailed(ActorAddress actor, int bytes, Duration duration, Throwable failure) {
			this.failed.add(bytes + " " + failure.getMessage());
		}

		@Override
		public void eventEncoded(@Nullable String actor, String event, String encoding, int bytes) {
			this.encoded.merge(actor + " " + event + " " + encoding, bytes, (first, second) -> {
				throw new AssertionError("encoded twice");
			});
		}

		@Override
		public void eventQueued(@Nullable String actor, String event, int targeted, int queued) {
			this.events.add(actor + " " + event + " " + targeted + " " + queued);
		}

	}

}
