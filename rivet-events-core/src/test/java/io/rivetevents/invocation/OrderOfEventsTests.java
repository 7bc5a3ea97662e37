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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * While an event is being sent, whoever sends something else that has a place in the
 * order of events does not wait if it is an event loop.
 */
class OrderOfEventsTests {

	private static final int CALLS = 5;

	private static final ActorAddress ROOM = ActorHarness.address(Room.class, "k");

	private static final LimitSettings TIGHT = new LimitSettings(
			new LimitSettings.Connection(1_000_000, 1L << 30, 1000, 1 << 20, 1 << 20),
			new LimitSettings.Instance(CALLS, 1L << 30), LimitSettings.DEFAULTS.principal(),
			LimitSettings.Share.UNLIMITED, LimitSettings.DEFAULTS.address(), LimitSettings.DEFAULTS.node(), List.of(),
			LimitSettings.DEFAULTS.times(), LimitSettings.Rates.NONE);

	private final Room room = new Room();

	private final ActorHarness harness = new ActorHarness(TIGHT, this.room);

	private RecordedOutbound client;

	@BeforeEach
	void beginToSend() throws InterruptedException {
		this.client = this.harness.connectExtended(Room.class, "k", "said");
		deliver(this.harness.request(1, "tell"));
		assertThat(this.room.asked.await(5, TimeUnit.SECONDS)).isTrue();
	}

	@AfterEach
	void close() {
		this.room.release.countDown();
		this.harness.close();
	}

	@Test
	void aKeepAliveIsSentAfterTheEvent() {
		onEventLoop(() -> {
			this.harness.directory().keepAlive(ROOM, this.client.connectionId());
			this.harness.directory().keepAlive(ROOM, this.client.connectionId());
		});
		assertThat(this.client.messages(ToClient.KeepAlive.class)).isEmpty();
		this.room.release.countDown();
		Awaitility.await().until(() -> !this.client.messages(ToClient.KeepAlive.class).isEmpty());
		assertThat(this.client.messages(ToClient.KeepAlive.class)).singleElement()
			.extracting((message) -> message.position().sequence())
			.isEqualTo(1L);
		assertThat(this.client.messages())
			.filteredOn((message) -> message instanceof ToClient.Event || message instanceof ToClient.KeepAlive)
			.hasExactlyElementsOfTypes(ToClient.Event.class, ToClient.KeepAlive.class);
		this.harness.directory().keepAlive(ROOM, this.client.connectionId());
		assertThat(this.client.messages(ToClient.KeepAlive.class)).hasSize(2);
	}

	@Test
	void aRefusalForWantOfRoomIsSentAfterTheEvent() {
		fill();
		onEventLoop(() -> deliver(new ToServer.SubscriptionRequest("more", true)));
		assertThat(this.client.messages(ToClient.SubscriptionResponse.class)).isEmpty();
		this.room.release.countDown();
		Awaitility.await().until(() -> !this.client.messages(ToClient.SubscriptionResponse.class).isEmpty());
		assertThat(this.client.messages(ToClient.SubscriptionResponse.class)).singleElement().satisfies((message) -> {
			assertThat(message.error().code()).isEqualTo("overloaded");
			assertThat(message.position().sequence()).isOne();
		});
	}

	@Test
	void closesWhoHasTooManyRefusalsWaiting() {
		fill();
		onEventLoop(() -> {
			for (int i = 0; i < 2000; i++) {
				deliver(new ToServer.SubscriptionRequest("more", true));
			}
		});
		assertThat(this.client.closed()).contains(CloseReason.of(ErrorCode.OVERLOADED));
	}

	/** Each connection has another one sent something while the order is held. */
	@Test
	void sendsHoweverMuchComesMeanwhile() {
		this.room.release.countDown();
		AtomicInteger left = new AtomicInteger(100_000);
		List<String> ids = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			int other = 1 - i;
			ConnectRequest request = this.harness.extended();
			ids.add(request.connectionId());
			this.harness.connect(Room.class, "k", request, new Busy(() -> {
				if (left.decrementAndGet() > 0) {
					this.harness.directory().keepAlive(ROOM, ids.get(other));
				}
			}));
		}
		this.harness.directory().keepAlive(ROOM, ids.get(0));
		// the thread that tells the time may have gone on with it
		Awaitility.await().untilAsserted(() -> assertThat(left).hasValue(0));
	}

	/** The first of them is the one that sends. */
	private void fill() {
		LongStream.range(1, CALLS).forEach((id) -> deliver(this.harness.request(id + 1, "wait")));
	}

	private static void onEventLoop(Runnable work) {
		assertThat(CompletableFuture.runAsync(work)).succeedsWithin(Duration.ofSeconds(5));
	}

	private void deliver(ToServer message) {
		this.harness.directory().deliver(ROOM, this.client.connectionId(), message);
	}

	/** Does something with each keep-alive. */
	private record Busy(Runnable onKeepAlive) implements Outbound {

		@Override
		public Outcome send(OutgoingMessage message) {
			if (message.message() instanceof ToClient.KeepAlive) {
				this.onKeepAlive.run();
			}
			return Outcome.QUEUED;
		}

		@Override
		public void close(CloseReason reason) {
		}

	}

	static class Room {

		private final CountDownLatch asked = new CountDownLatch(1);

		private final CountDownLatch release = new CountDownLatch(1);

		@Action
		void tell(ActorContext<?, ?> c) {
			c.where((connection) -> {
				this.asked.countDown();
				try {
					this.release.await();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				return true;
			}).send("said", "x");
		}

		@Action("wait")
		void waitForTurn() {
		}

	}

}
