/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.connection.Connection;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.OutboundEvent;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Interceptors that wait, block or fail: turns stay what they are, and nothing is done
 * that the client was told is not.
 */
class InterceptorTurnTests {

	private static final Duration LIMIT = Duration.ofMillis(300);

	private final Room room = new Room();

	private @Nullable ActorHarness harness;

	@AfterEach
	void close() {
		this.room.release.countDown();
		if (this.harness != null) {
			this.harness.close();
		}
	}

	@Test
	void leavesNobodyBehindWhoseConnectTimesOut() {
		startImpatient((inbound, next) -> next.proceed(inbound));
		assertThat(refusal(() -> this.harness.connectUser(Room.class, "never", "ada"))).isEqualTo("callback_timed_out");
		assertThat(refusal(() -> this.harness.callAsClient(Room.class, "never", "touch")))
			.isEqualTo("callback_timed_out");
		Awaitility.await().until(() -> this.harness.call(Room.class, "never", "count").intValue() == 0);
		assertThat(this.harness.connections().members().size()).isZero();
	}

	@Test
	void runsAnActionOnAWorkerAfterADelay() {
		start(onActions((inbound, next) -> Mono.delay(Duration.ofMillis(20)).then(next.proceed(inbound))));
		assertThat(this.harness.callAsClient(Room.class, "k", "thread").stringValue()).startsWith("test-worker");
	}

	@Test
	void holdsTheTurnOfAnActionThatIsLateAfterADelay() {
		startImpatient(onActions((inbound, next) -> inbound.name().equals("block")
				? Mono.delay(Duration.ofMillis(20)).then(next.proceed(inbound)) : next.proceed(inbound)));
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		call(ada, 1, "block");
		call(ada, 2, "touch");
		Awaitility.await().until(() -> !ada.messages(ToClient.Error.class).isEmpty());
		assertThat(ada.messages(ToClient.Error.class).get(0).code()).isEqualTo("action_timed_out");
		// it ignores the interrupt, and so keeps its turn
		assertThat(this.room.touched).hasValue(0);
		// so the other one, whose time counts from its arrival, is not run at all
		Awaitility.await().until(() -> ada.messages(ToClient.Error.class).size() == 2);
		this.room.release.countDown();
		Awaitility.await().until(() -> {
			call(ada, 3, "touch");
			return !ada.messages(ToClient.ActionResponse.class).isEmpty();
		});
		assertThat(this.room.overlaps).hasValue(0);
	}

	@Test
	void doesNotBeginAnActionThatWasAnsweredAsLate() {
		startImpatient(onActions((inbound, next) -> {
			blockUninterruptibly(this.room.release);
			return next.proceed(inbound);
		}));
		assertThat(refusal(() -> this.harness.callAsClient(Room.class, "k", "touch"))).isEqualTo("action_timed_out");
		this.room.release.countDown();
		assertThat(this.harness.call(Room.class, "k", "count").intValue()).isZero();
		assertThat(this.room.touched).hasValue(0);
	}

	@Test
	void doesNotBeginAnActionThatWasAnsweredAsLateWhileItWasSubscribedTo() {
		startImpatient(onActions((inbound, next) -> Mono.fromRunnable(() -> blockUninterruptibly(this.room.release))
			.then(next.proceed(inbound))));
		assertThat(refusal(() -> this.harness.callAsClient(Room.class, "k", "touch"))).isEqualTo("action_timed_out");
		this.room.release.countDown();
		assertThat(this.harness.call(Room.class, "k", "count").intValue()).isZero();
		assertThat(this.room.touched).hasValue(0);
	}

	@Test
	void doesNotSubscribeWhoWasAnsweredAsLate() {
		startImpatient((inbound, next) -> {
			if (inbound.kind() == Inbound.Kind.SUBSCRIPTION) {
				blockUninterruptibly(this.room.release);
			}
			return next.proceed(inbound);
		});
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		subscribe(ada, "said");
		Awaitility.await().until(() -> !ada.messages(ToClient.Error.class).isEmpty());
		this.room.release.countDown();
		this.harness.call(Room.class, "k", "count");
		assertThat(this.harness.connections().members().find(ada.connectionId()).isSubscribed("said")).isFalse();
	}

	@Test
	void interruptsAnInterceptorThatBlocks() {
		CountDownLatch interrupted = new CountDownLatch(1);
		startImpatient(onActions((inbound, next) -> {
			try {
				this.room.release.await();
			}
			catch (InterruptedException ex) {
				interrupted.countDown();
			}
			return Mono.empty();
		}));
		assertThat(refusal(() -> this.harness.callAsClient(Room.class, "k", "touch"))).isEqualTo("action_timed_out");
		Awaitility.await().until(() -> interrupted.getCount() == 0);
		// and no other client
		assertThat(this.harness.call(Room.class, "k", "isInterrupted").booleanValue()).isFalse();
	}

	@Test
	void beginsInterleavedActionsInTurns() {
		start(onActions((inbound, next) -> Mono.delay(Duration.ofMillis(20)).then(next.proceed(inbound))));
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		for (int i = 0; i < 20; i++) {
			call(ada, i, "interleaved");
		}
		Awaitility.await().until(() -> ada.messages(ToClient.ActionResponse.class).size() == 20);
		assertThat(this.room.overlaps).hasValue(0);
	}

	@Test
	void goesOnInATurnAfterInterleavedActions() {
		start(onActions((inbound, next) -> next.proceed(inbound).doOnNext((value) -> this.room.exclusively(20))));
		ActorHandle handle = this.harness.actors().get("Room", "k");
		handle.on("interleaved", (connection, args) -> this.room.exclusively(20));
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		for (int i = 0; i < 20; i++) {
			call(ada, 2 * i, "interleaved");
			call(ada, 2 * i + 1, "touch");
		}
		Awaitility.await().until(() -> ada.messages(ToClient.ActionResponse.class).size() == 40);
		assertThat(this.room.overlaps).hasValue(0);
	}

	@Test
	void answersWhenSupportsFails() {
		start(new InboundInterceptor() {

			@Override
			public boolean supports(Inbound inbound) {
				if (inbound.name().equals("touch")) {
					throw new IllegalStateException("broken");
				}
				return false;
			}

			@Override
			public Mono<?> intercept(Inbound inbound, Next next) {
				return next.proceed(inbound);
			}

		});
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		call(ada, 1, "touch");
		Awaitility.await().until(() -> !ada.messages(ToClient.Error.class).isEmpty());
		assertThat(ada.messages(ToClient.Error.class).get(0).code()).isEqualTo("internal_error");
		Connection<?> connection = this.harness.connections().members().find(ada.connectionId());
		assertThat(refusal(() -> this.harness.actors()
			.get("Room", "k")
			.predict(connection, "touch", Void.class)
			.block(ActorHarness.PATIENCE))).isEqualTo("internal_error");
	}

	@Test
	void leavesOneConnectionOutWhenSupportsFails() {
		AtomicInteger asked = new AtomicInteger();
		this.harness = new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
				new ActorHarness.Neighbours(List.of(), List.of(new OutboundInterceptor() {

					@Override
					public boolean supports(String actor, String event) {
						if (asked.getAndIncrement() == 0) {
							throw new IllegalStateException("broken");
						}
						return false;
					}

					@Override
					public OutboundEvent intercept(OutboundEvent event) {
						return event;
					}

				}), ActorObserver.NONE), this.room);
		this.harness.connectUser(Room.class, "k", "ada");
		this.harness.connectUser(Room.class, "k", "linus");
		assertThat(this.harness.call(Room.class, "k", "sendToAll").intValue()).isEqualTo(1);
	}

	@Test
	void tellsARefusalTheSameWayOfAllThings() {
		start((inbound, next) -> Mono.error(new CompletionException(new UserError("no", "No"))));
		assertThat(refusal(() -> this.harness.connectUser(Room.class, "k", "ada"))).isEqualTo("no");
		assertThat(refusal(() -> this.harness.call(Room.class, "k", "touch"))).isEqualTo("no");
	}

	private void start(InboundInterceptor interceptor) {
		start(interceptor, ActorSettings.DEFAULTS);
	}

	private void startImpatient(InboundInterceptor interceptor) {
		ActorSettings defaults = ActorSettings.DEFAULTS;
		ActorSettings settings = new ActorSettings(LIMIT, LIMIT, defaults.lifecycleHookTimeout(),
				defaults.sleepTimeout(), defaults.saveInterval(), 1000, 1024, 1024, false, HistoryLimits.DEFAULTS,
				ActorSettings.StateSettings.DEFAULTS, defaults.hibernation());
		start(interceptor, settings);
	}

	private void start(InboundInterceptor interceptor, ActorSettings settings) {
		this.harness = new ActorHarness(settings, new MemoryActorStateStore(),
				new ActorHarness.Neighbours(List.of(interceptor), List.of(), ActorObserver.NONE), this.room);
	}

	private static InboundInterceptor onActions(InboundInterceptor interceptor) {
		List<String> free = List.of("count", "isInterrupted");
		return (inbound, next) -> (inbound.kind() == Inbound.Kind.ACTION && !free.contains(inbound.name()))
				? interceptor.intercept(inbound, next) : next.proceed(inbound);
	}

	private void call(RecordedOutbound client, long id, String action) {
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.connectionId(), this.harness.request(id, action));
	}

	private void subscribe(RecordedOutbound client, String event) {
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.connectionId(),
					new ToServer.SubscriptionRequest(event, true));
	}

	private static String refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
		return catchThrowableOfType(RivetException.class, call).code();
	}

	private static void blockUninterruptibly(CountDownLatch latch) {
		boolean open = false;
		while (!open) {
			try {
				open = latch.await(10, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				// goes on, as bad code does
			}
		}
	}

	static class Room {

		private final CountDownLatch release = new CountDownLatch(1);

		private final AtomicInteger inside = new AtomicInteger();

		private final AtomicInteger overlaps = new AtomicInteger();

		private final AtomicInteger touched = new AtomicInteger();

		private void exclusively(long millis) {
			if (this.inside.getAndIncrement() > 0) {
				this.overlaps.incrementAndGet();
			}
			long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
			while (System.nanoTime() < end) {
				Thread.onSpinWait();
			}
			this.inside.decrementAndGet();
		}

		@OnConnect
		Mono<Void> connect(ActorContext<?, ?> c) {
			return c.key().serialize().equals("never") ? Mono.never() : Mono.empty();
		}

		@Action
		String thread() {
			return Thread.currentThread().getName();
		}

		@Action
		void block() {
			this.inside.incrementAndGet();
			blockUninterruptibly(this.release);
			this.inside.decrementAndGet();
		}

		@Action
		void touch() {
			this.touched.incrementAndGet();
			exclusively(2);
		}

		@Action(interleave = true)
		Mono<Integer> interleaved() {
			exclusively(2);
			return Mono.delay(Duration.ofMillis(2)).thenReturn(1);
		}

		@Action
		int count(ActorContext<?, ?> c) {
			return c.conns().size();
		}

		@Action
		boolean isInterrupted() {
			return Thread.currentThread().isInterrupted();
		}

		@Action
		int sendToAll(ActorContext<?, ?> c) {
			return c.send("hi").queued();
		}

	}

}
