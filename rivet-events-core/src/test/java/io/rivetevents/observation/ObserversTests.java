/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ConnectionObserver;

import static org.assertj.core.api.Assertions.assertThat;

class ObserversTests {

	private static final ActorInfo ROOM = new ActorInfo("id", ActorAddress.of("room", "k"), 1, Instant.EPOCH, null,
			true);

	private final List<String> calls = new ArrayList<>();

	@Test
	void callsAllInTheirOrder() {
		Observers observers = new Observers(List.of(new Named("a"), new Named("b")), System::nanoTime);
		observers.actorCreated(ROOM);
		observers.authenticationTimedOut(URI.create("/rivet"), null);
		assertThat(this.calls).containsExactly("a created", "b created", "a timed out", "b timed out");
	}

	@Test
	void callsTheOthersAfterOneHasFailed() {
		ActorObserver failing = new ActorObserver() {

			@Override
			public void actorCreated(ActorInfo actor) {
				throw new NoClassDefFoundError("of the test");
			}

		};
		new Observers(List.of(failing, new Named("b")), System::nanoTime).actorCreated(ROOM);
		assertThat(this.calls).containsExactly("b created");
	}

	@Test
	void callsAnObserverOfConnectionsForThemAlone() {
		ConnectionObserver ofConnections = new ConnectionObserver() {

			@Override
			public void authenticationTimedOut(URI handshake, @Nullable InetSocketAddress remoteAddress) {
				ObserversTests.this.calls.add("timed out");
			}

		};
		Observers observers = new Observers(List.of(ofConnections), System::nanoTime);
		observers.actorCreated(ROOM);
		observers.authenticationTimedOut(URI.create("/rivet"), null);
		assertThat(this.calls).containsExactly("timed out");
	}

	@Test
	void callsWhatASuperclassOverrides() {
		new Observers(List.of(new Named("a") {
		}), System::nanoTime).actorCreated(ROOM);
		assertThat(this.calls).containsExactly("a created");
	}

	@Test
	void measuresActionsByItsClock() {
		AtomicLong time = new AtomicLong();
		List<Duration> durations = new ArrayList<>();
		Observers observers = new Observers(List.of(new ActorObserver() {

			@Override
			public void actionEnded(ActionCall call, ActionOutcome outcome) {
				durations.add(outcome.duration());
			}

		}), time::get);
		ObservedAction action = observers.actionStarted(ROOM.address(), "say", null, null);
		time.addAndGet(Duration.ofMinutes(5).toNanos());
		action.succeed();
		assertThat(durations).containsExactly(Duration.ofMinutes(5));
	}

	@Test
	void callsAProxy() {
		ActorObserver proxy = (ActorObserver) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { ActorObserver.class }, (self, method, args) -> {
					this.calls.add(method.getName());
					return null;
				});
		new Observers(List.of(proxy), System::nanoTime).actorCreated(ROOM);
		assertThat(this.calls).containsExactly("actorCreated");
	}

	@Test
	void passesOverWhatIsNotOverridden() {
		Callback<ActorObserver> woken = Callback.of(List.of(new Named("a"), ActorObserver.NONE), ActorObserver.class,
				"actorWoken", ActorInfo.class);
		assertThat(woken.isEmpty()).isTrue();
	}

	private class Named implements ActorObserver {

		private final String name;

		Named(String name) {
			this.name = name;
		}

		@Override
		public void actorCreated(ActorInfo actor) {
			ObserversTests.this.calls.add(this.name + " created");
		}

		@Override
		public void authenticationTimedOut(URI handshake, @Nullable InetSocketAddress remoteAddress) {
			ObserversTests.this.calls.add(this.name + " timed out");
		}

	}

}
