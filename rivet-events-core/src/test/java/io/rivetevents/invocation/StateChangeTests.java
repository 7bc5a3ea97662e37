/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnStateChange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A hook for changes of the state that changes it itself.
 */
class StateChangeTests {

	private final MemoryActorStateStore store = new MemoryActorStateStore();

	static List<Room> roomsThatChangeTheState() {
		return List.of(new ByContext(), new ByParameter(), new ByReplacing(), new Later(), new InAFuture());
	}

	private static List<String> items(ActorHarness harness, Room room) {
		return new ArrayList<>(
				harness.call(room.getClass(), "k", "items").valueStream().map((item) -> item.asString()).toList());
	}

	@ParameterizedTest
	@MethodSource("roomsThatChangeTheState")
	void isCalledOnceForATurn(Room room) {
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, room)) {
			harness.call(room.getClass(), "k", "add", "a");
			assertThat(items(harness, room)).containsExactly("a", "hook");
			harness.call(room.getClass(), "k", "add", "b");
			assertThat(items(harness, room)).containsExactly("a", "hook", "b", "hook");
			harness.call(room.getClass(), "k", "items");
			assertThat(room.calls).hasSize(2);
		}
	}

	@ParameterizedTest
	@MethodSource("roomsThatChangeTheState")
	void savesWhatTheHookHasChanged(Room room) {
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, room)) {
			harness.call(room.getClass(), "k", "add", "a");
			Awaitility.await()
				.until(() -> new String(this.store.load(ActorHarness.address(room.getClass(), "k")).state())
					.equals("[\"a\",\"hook\"]"));
		}
	}

	@Test
	void isNotCalledForWhatAFailingHookHasChanged() {
		Failing room = new Failing();
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, room)) {
			harness.call(Failing.class, "k", "add", "a");
			assertThat(items(harness, room)).containsExactly("a", "hook");
			items(harness, room);
			assertThat(room.calls).hasSize(1);
		}
	}

	abstract static class Room {

		final List<String> calls = new CopyOnWriteArrayList<>();

		@CreateState
		List<String> create() {
			return new ArrayList<>();
		}

		@Action
		void add(ActorContext<List<String>, ?> c, String item) {
			c.state().add(item);
		}

		@Action
		List<String> items(ActorContext<List<String>, ?> c) {
			return c.state();
		}

		@Override
		public String toString() {
			return getClass().getSimpleName();
		}

	}

	static class ByContext extends Room {

		@OnStateChange
		void changed(ActorContext<List<String>, ?> c) {
			this.calls.add("changed");
			c.state().add("hook");
		}

	}

	static class ByParameter extends Room {

		@OnStateChange
		void changed(List<String> state) {
			this.calls.add("changed");
			state.add("hook");
		}

	}

	static class ByReplacing extends Room {

		@OnStateChange
		void changed(ActorContext<List<String>, ?> c) {
			this.calls.add("changed");
			List<String> next = new ArrayList<>(c.state());
			next.add("hook");
			c.setState(next);
		}

	}

	static class Later extends Room {

		@OnStateChange
		Mono<Void> changed(ActorContext<List<String>, ?> c) {
			this.calls.add("changed");
			return Mono.delay(Duration.ofMillis(10)).doOnNext((tick) -> c.state().add("hook")).then();
		}

	}

	static class InAFuture extends Room {

		@OnStateChange
		CompletableFuture<Void> changed(ActorContext<List<String>, ?> c) {
			this.calls.add("changed");
			return CompletableFuture.runAsync(() -> c.state().add("hook"));
		}

	}

	static class Failing extends Room {

		@OnStateChange
		void changed(ActorContext<List<String>, ?> c) {
			this.calls.add("changed");
			c.state().add("hook");
			throw new IllegalStateException("The hook fails");
		}

	}

}
