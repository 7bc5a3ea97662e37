/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An {@link Error} of the store, as of a driver whose classes are gone, is a failure like
 * others.
 */
class StoreErrorTests {

	private static final ActorAddress COUNTER = ActorHarness.address(Counter.class, "k");

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final FailingStore store = new FailingStore();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, new Counter());

	@AfterEach
	void close() {
		this.store.failing.set(0);
		this.harness.close();
	}

	static Stream<Error> errors() {
		return Stream.of(new NoClassDefFoundError("of the test"), new StackOverflowError("of the test"),
				new AssertionError("of the test"));
	}

	static Stream<Arguments> asked() {
		return Stream
			.of("load, load", "load, find", "save, create", "heapOf, createAsClient", "save, wake", "save, setDurably",
					"save, setDurablyAndLater", "loadById, byId", "list, list")
			.map((each) -> each.split(", "))
			.flatMap((each) -> errors().map((error) -> Arguments.of(each[0], each[1], error)));
	}

	@ParameterizedTest
	@MethodSource("asked")
	void failsWhatWasAskedFor(String operation, String what, Error error) throws Exception {
		letSleep(call("asleep", "nap", 0));
		call("k", "set", 1).block(PATIENCE);
		this.store.fail(operation, error, 1);
		assertThat(failure(ask(what))).isNotNull();
		assertThat(this.store.thrown).hasValue(1);
		for (String key : List.of("k", "asleep", "new")) {
			assertThat(failure(call(key, "set", 3))).isNull();
		}
		Awaitility.await().atMost(PATIENCE).until(() -> this.harness.limits().pending().used() == 0);
	}

	private Mono<?> ask(String what) {
		return switch (what) {
			case "load", "create" -> call("new", "set", 2);
			case "createAsClient" -> this.harness.directory()
				.call(ActorHarness.target(Counter.class, "new"), ConnectRequest.stateless(null, Identity.ANONYMOUS),
						this.harness.request(0, "set", 2));
			case "find" ->
				this.harness.directory().find(new ActorTarget.Get(ActorHarness.address(Counter.class, "new")));
			case "wake" -> call("asleep", "set", 2);
			case "byId" -> this.harness.directory().resolve(new ActorTarget.ById("unknown"));
			case "list" -> this.harness.directory().list(COUNTER.namespace(), COUNTER.name(), null, 10);
			default -> call("k", what, 2);
		};
	}

	@ParameterizedTest
	@MethodSource("errors")
	void isFollowedByAnotherSave(Error error) {
		call("k", "set", 1).block(PATIENCE);
		this.store.fail("save", error, 2);
		call("k", "set", 2).block(PATIENCE);
		Awaitility.await().until(() -> this.store.state(COUNTER).equals("{\"value\":2}"));
	}

	@ParameterizedTest
	@MethodSource("errors")
	void keepsAwakeWhatCannotBeSavedBeforeItSleeps(Error error) throws Exception {
		call("k", "set", 1).block(PATIENCE);
		this.store.fail("save", error, Integer.MAX_VALUE);
		call("k", "set", 2).block(PATIENCE);
		for (int i = 0; i < 3; i++) {
			call("k", "nap", 0).block(PATIENCE);
			assertThat(failure(call("k", "get", 0))).isNull();
		}
		assertThat(this.store.thrown).hasValueLessThan(10);
		this.store.failing.set(0);
		letSleep(call("k", "nap", 0));
		assertThat(this.store.state(COUNTER)).isEqualTo("{\"value\":2}");
	}

	@ParameterizedTest
	@MethodSource("errors")
	void doesNotHoldUpAShutdown(Error error) throws Exception {
		call("k", "set", 1).block(PATIENCE);
		this.store.fail("save", error, Integer.MAX_VALUE);
		call("k", "set", 2).block(PATIENCE);
		assertThat(failure(this.harness.node().stop())).isNull();
		assertThat(this.harness.node().size()).isZero();
	}

	@ParameterizedTest
	@MethodSource("errors")
	void isFollowedByAnotherDeletion(Error error) throws Exception {
		call("k", "set", 1).block(PATIENCE);
		this.store.fail("delete", error, 2);
		assertThat(failure(this.harness.directory().destroy(new ActorTarget.Get(COUNTER)))).isNull();
		assertThat(this.store.load(COUNTER)).isNull();
		assertThat(failure(call("k", "set", 1))).isNull();
	}

	private Mono<?> call(String key, String action, int value) {
		return this.harness.directory()
			.call(ActorHarness.target(Counter.class, key), null, this.harness.request(0, action, value));
	}

	private void letSleep(Mono<?> call) {
		call.block(PATIENCE);
		Awaitility.await().atMost(PATIENCE).until(() -> this.harness.node().size() == 0);
	}

	/** Returns how something has failed, {@code null} if it has not. */
	private static @Nullable Throwable failure(Mono<?> work) throws Exception {
		try {
			work.toFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
			return null;
		}
		catch (ExecutionException ex) {
			return ex.getCause();
		}
	}

	static class State {

		public int value;

	}

	static class Counter {

		@CreateState
		State create() {
			return new State();
		}

		@Action
		int get(ActorContext<State, ?> c, int ignored) {
			return c.state().value;
		}

		@Action
		void set(ActorContext<State, ?> c, int value) {
			c.state().value = value;
		}

		@Action(durable = true)
		void setDurably(ActorContext<State, ?> c, int value) {
			c.state().value = value;
		}

		@Action(durable = true)
		Mono<Void> setDurablyAndLater(ActorContext<State, ?> c, int value) {
			return Mono.delay(Duration.ofMillis(5)).doOnNext((tick) -> c.state().value = value).then();
		}

		@Action
		void nap(ActorContext<State, ?> c, int ignored) {
			c.sleep();
		}

	}

	/** Throws from one of its operations. */
	private static final class FailingStore extends UnreliableStore {

		private final AtomicInteger failing = new AtomicInteger();

		private final AtomicInteger thrown = new AtomicInteger();

		private volatile String operation = "";

		private volatile @Nullable Error error;

		void fail(String operation, Error error, int times) {
			this.operation = operation;
			this.error = error;
			this.failing.set(times);
		}

		private void enter(String operation) {
			Error error = this.error;
			if (error != null && operation.equals(this.operation)
					&& this.failing.getAndUpdate((left) -> Math.max(left - 1, 0)) > 0) {
				this.thrown.incrementAndGet();
				throw error;
			}
		}

		@Override
		public @Nullable StoredActor load(ActorAddress address) {
			enter("load");
			return super.load(address);
		}

		@Override
		public @Nullable StoredActor loadById(String actorId) {
			enter("loadById");
			return super.loadById(actorId);
		}

		@Override
		public void commit(Change change) {
			enter("save");
			super.commit(change);
		}

		@Override
		public void delete(StoredActor actor) {
			enter("delete");
			super.delete(actor);
		}

		@Override
		public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
			enter("list");
			return super.list(namespace, name, after, limit);
		}

		@Override
		public long heapOf(StoredActor actor) {
			enter("heapOf");
			return super.heapOf(actor);
		}

	}

}
