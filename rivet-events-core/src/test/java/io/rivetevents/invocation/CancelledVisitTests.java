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

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

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

	@Actor("lobby")
	static class Lobby {

		private final Set<String> connects = ConcurrentHashMap.newKeySet();

		private final Set<String> disconnects = ConcurrentHashMap.newKeySet();

		private volatile Sinks.@Nullable One<Object> gate;

		@OnBeforeConnect
		Mono<Void> check() {
			Sinks.One<Object> gate = this.gate;
			return (gate != null) ? gate.asMono().then() : Mono.empty();
		}

		@OnConnect
		void connect(ActorContext<?, ?> c) {
			this.connects.add(c.conn().id());
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
