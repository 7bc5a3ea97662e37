/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.InboundInterceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the call of a method finds on its thread, and what it leaves there.
 */
class ThreadStateTests {

	private static final AtomicReference<Runnable> INSIDE = new AtomicReference<>();

	private static final AtomicReference<Thread> QUICK = new AtomicReference<>();

	private static final AtomicReference<String> SEEN = new AtomicReference<>();

	@Test
	void putsTheContextOfTheOuterMethodBack() {
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Outer(), new Quick())) {
			RecordedOutbound client = harness.connect(Quick.class, "k", null);
			INSIDE.set(() -> {
				SEEN.set("");
				harness.directory()
					.deliver(ActorHarness.address(Quick.class, "k"), client.connectionId(),
							harness.request(1, "quick"));
			});
			// on the same thread only while that has not been busy for long
			await().untilAsserted(() -> assertThat(harness.call(Outer.class, "k", "run").stringValue())
				.isEqualTo("Outer, Quick on this thread, Outer"));
		}
	}

	@Test
	void hidesAnInterruptFromTheMethodAndPutsItBack() {
		AtomicReference<Boolean> after = new AtomicReference<>();
		InboundInterceptor interrupts = (inbound, next) -> {
			Thread.currentThread().interrupt();
			return next.proceed(inbound).doOnTerminate(() -> after.set(Thread.interrupted()));
		};
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
				new ActorHarness.Neighbours(List.of(interrupts), List.of(), ActorObserver.NONE), new Quick())) {
			assertThat(harness.callAsClient(Quick.class, "k", "isInterrupted").booleanValue()).isFalse();
			assertThat(after).hasValue(true);
		}
	}

	@Test
	void leavesNoInterruptOfTheMethod() {
		AtomicReference<Boolean> after = new AtomicReference<>();
		InboundInterceptor looks = (inbound, next) -> next.proceed(inbound)
			.doOnTerminate(() -> after.set(Thread.currentThread().isInterrupted()));
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
				new ActorHarness.Neighbours(List.of(looks), List.of(), ActorObserver.NONE), new Quick())) {
			harness.callAsClient(Quick.class, "k", "interrupt");
			assertThat(after).hasValue(false);
		}
	}

	@Test
	void hidesAnInterruptFromAHookOutsideTurns() throws InterruptedException {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Hooked hooked = new Hooked();
		try (ActorHarness harness = ActorHarness.withWorkers(1, hooked, new Quick())) {
			RecordedOutbound client = harness.connect(Quick.class, "k", null);
			harness.actors().get("Quick", "k").on("interrupt", (connection, args) -> {
				entered.countDown();
				awaitUninterruptibly(release);
				Thread.currentThread().interrupt();
			});
			harness.directory()
				.deliver(ActorHarness.address(Quick.class, "k"), client.connectionId(),
						harness.request(1, "interrupt"));
			assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();
			// waits for the only worker, which goes on with it at once
			CompletableFuture<?> connected = harness.directory()
				.connect(ActorHarness.target(Hooked.class, "k"), ConnectRequest.stateless(null, Identity.ANONYMOUS))
				.toFuture();
			release.countDown();
			await().until(() -> connected.isDone());
			assertThat(hooked.interrupted).hasValue(false);
		}
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static class Hooked {

		private final AtomicReference<Boolean> interrupted = new AtomicReference<>();

		@OnBeforeConnect
		void check() {
			this.interrupted.set(Thread.currentThread().isInterrupted());
		}

	}

	static class Outer {

		@Action
		String run() {
			String before = ActorContext.current().name();
			INSIDE.get().run();
			String quick = SEEN.get() + (QUICK.get() == Thread.currentThread() ? " on this thread" : "");
			return String.join(", ", before, quick, ActorContext.current().name());
		}

	}

	static class Quick {

		@Action(blocking = false)
		void quick() {
			QUICK.set(Thread.currentThread());
			SEEN.set(ActorContext.current().name());
		}

		@Action
		void interrupt() {
			Thread.currentThread().interrupt();
		}

		@Action
		boolean isInterrupted() {
			return Thread.currentThread().isInterrupted();
		}

	}

}
