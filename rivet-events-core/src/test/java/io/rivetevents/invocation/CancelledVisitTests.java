/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A call whose caller gives up at the very moment in which it is let in leaves nobody
 * behind.
 */
class CancelledVisitTests {

	private static final int CALLS = 5_000;

	@Test
	void leavesHoweverCloselyItsEndComes() throws Exception {
		ExecutorService opener = Executors.newSingleThreadExecutor();
		Lobby lobby = new Lobby();
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, lobby)) {
			harness.call(Lobby.class, "a", "wait", 0);
			for (int i = 0; i < CALLS; i++) {
				Sinks.One<Object> gate = Sinks.one();
				lobby.gate = gate;
				Disposable call = harness.directory()
					.call(ActorHarness.target(Lobby.class, "a"), ConnectRequest.stateless(null, Identity.ANONYMOUS),
							harness.request(0, "wait", 1))
					.subscribe((answer) -> {
					}, (ex) -> {
					});
				while (gate.currentSubscriberCount() == 0) {
					Thread.onSpinWait();
				}
				Future<?> opened = opener.submit(() -> gate.tryEmitValue(""));
				long until = System.nanoTime() + ThreadLocalRandom.current().nextLong(100_000);
				while (System.nanoTime() < until) {
					Thread.onSpinWait();
				}
				call.dispose();
				opened.get();
			}
			assertThat(lobby.connects).isNotEmpty();
			Set<String> left = lobby.connects;
			Awaitility.await().untilAsserted(() -> {
				left.removeAll(lobby.disconnects);
				assertThat(left).isEmpty();
			});
		}
		finally {
			opener.shutdownNow();
		}
	}

	/** Where a client is when its call connects it. */
	enum Arrival {

		/** Creates the instance after the hook before the connect. */
		CREATES,

		/** Finds the instance, and waits for the hook outside of its turn. */
		FINDS,

		/** Finds an actor without that hook: it is let in in its first turn. */
		FINDS_OPEN

	}

	@ParameterizedTest
	@EnumSource
	void leavesAtWhicheverStepItsEndComes(Arrival arrival) {
		Lobby lobby = new Lobby();
		Class<?> type = (arrival == Arrival.FINDS_OPEN) ? OpenLobby.class : Lobby.class;
		int steps = 0;
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, lobby, new OpenLobby(lobby))) {
			boolean cut = true;
			while (cut) {
				steps++;
				String key = "step" + steps;
				if (arrival != Arrival.CREATES) {
					harness.call(type, key, "wait", 0);
				}
				cut = new CutCall(lobby, steps).make(() -> harness.directory()
					.call(ActorHarness.target(type, key), ConnectRequest.stateless(null, Identity.ANONYMOUS),
							harness.request(0, "wait", 1)));
				Awaitility.await().untilAsserted(() -> assertThat(lobby.disconnects).as(key).isEqualTo(lobby.connects));
			}
		}
		assertThat(lobby.connects).hasSize(steps);
		assertThat(steps).isGreaterThan(10);
	}

	/** A call that is cancelled between two of the signals that follow its hook. */
	private static final class CutCall extends BaseSubscriber<Object> {

		private final int step;

		private final AtomicInteger signals = new AtomicInteger();

		private final Lobby lobby;

		private volatile @Nullable Thread thread;

		CutCall(Lobby lobby, int step) {
			this.lobby = lobby;
			this.step = step;
		}

		/** Returns whether there was such a signal. */
		boolean make(Supplier<Mono<JsonNode>> call) {
			this.lobby.onConnect = () -> this.thread = Thread.currentThread();
			Hooks.onEachOperator("cut", Operators.lift((publisher, actual) -> new Step(actual)));
			try {
				call.get().subscribe(this);
				Awaitility.await().until(this::isDisposed);
			}
			finally {
				Hooks.resetOnEachOperator("cut");
			}
			return this.signals.get() >= this.step;
		}

		@Override
		protected void hookOnError(Throwable ex) {
			throw new AssertionError(ex);
		}

		private final class Step implements CoreSubscriber<Object> {

			private final CoreSubscriber<Object> actual;

			@SuppressWarnings("unchecked")
			Step(CoreSubscriber<?> actual) {
				this.actual = (CoreSubscriber<Object>) actual;
			}

			@Override
			public void onSubscribe(Subscription subscription) {
				this.actual.onSubscribe(subscription);
			}

			/** A cancellation by another thread can take effect here. */
			@Override
			public void onNext(Object value) {
				if (Thread.currentThread() == CutCall.this.thread
						&& CutCall.this.signals.incrementAndGet() == CutCall.this.step) {
					cancel();
				}
				this.actual.onNext(value);
			}

			@Override
			public void onError(Throwable ex) {
				this.actual.onError(ex);
			}

			@Override
			public void onComplete() {
				this.actual.onComplete();
			}

			@Override
			public Context currentContext() {
				return this.actual.currentContext();
			}

		}

	}

	/** An actor without a hook before the connect. */
	static class OpenLobby {

		private final Lobby lobby;

		OpenLobby(Lobby lobby) {
			this.lobby = lobby;
		}

		@OnConnect
		void connect(ActorContext<?, ?> c) {
			this.lobby.connect(c);
		}

		@OnDisconnect
		void disconnect(ActorContext<?, ?> c) {
			this.lobby.disconnect(c);
		}

		@Action(interleave = true)
		Mono<Void> wait(int millis) {
			return Mono.empty();
		}

	}

	@Actor("lobby")
	static class Lobby {

		private final Set<String> connects = ConcurrentHashMap.newKeySet();

		private final Set<String> disconnects = ConcurrentHashMap.newKeySet();

		private volatile Sinks.@Nullable One<Object> gate;

		private volatile Runnable onConnect = () -> {
		};

		@OnBeforeConnect
		Mono<Void> check() {
			Sinks.One<Object> gate = this.gate;
			return (gate != null) ? gate.asMono().then() : Mono.empty();
		}

		@OnConnect
		void connect(ActorContext<?, ?> c) {
			this.connects.add(c.conn().id());
			this.onConnect.run();
		}

		@OnDisconnect
		void disconnect(ActorContext<?, ?> c) {
			this.disconnects.add(c.conn().id());
		}

		@Action
		Mono<Void> wait(int millis) {
			return Mono.empty();
		}

	}

}
