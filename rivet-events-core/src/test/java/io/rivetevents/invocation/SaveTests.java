/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Saves that fail, and those that come too late.
 */
class SaveTests {

	private static final CloseReason RESTARTING = new CloseReason(1011, "actor.restarting");

	private static final ActorAddress COUNTER = ActorHarness.address(Counter.class, "k");

	private final UnreliableStore store = new UnreliableStore();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, new Counter(),
			new Clerk());

	@AfterEach
	void close() {
		this.store.failNext(0);
		this.store.overtakeNext(0);
		this.harness.close();
	}

	private int call(String action, int value) {
		return this.harness.call(Counter.class, "k", action, value).asInt();
	}

	@Test
	void triesAgainUntilItIsSaved() {
		call("set", 1);
		this.store.failNext(2);
		call("set", 2);
		Awaitility.await().until(() -> this.store.state(COUNTER).equals("{\"value\":2}"));
	}

	@Test
	void triesAgainBeforeItSleeps() {
		ActorSettings sleepy = ActorSettings.DEFAULTS.withSleepTimeout(Duration.ofMillis(100));
		try (ActorHarness drowsy = new ActorHarness(sleepy, this.store, new Counter())) {
			drowsy.call(Counter.class, "k", "set", 1);
			this.store.failNext(1);
			drowsy.call(Counter.class, "k", "set", 2);
			Awaitility.await().until(() -> drowsy.node().size() == 0);
			assertThat(this.store.state(COUNTER)).isEqualTo("{\"value\":2}");
		}
	}

	@Test
	void deletesInTheEndWhatItCouldNotDelete() {
		call("set", 1);
		this.store.failNext(2);
		this.harness.directory().destroy(new ActorTarget.Get(COUNTER)).block(ActorHarness.PATIENCE);
		assertThat(this.store.load(COUNTER)).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "setDurably", "setDurablyAndLater" })
	void aDurableActionThatCannotBeSavedLeavesNoTrace(String action) {
		call("set", 1);
		this.store.failNext(1);
		RivetException refusal = catchThrowableOfType(RivetException.class, () -> call(action, 2));
		assertThat(refusal.closeReason()).isEqualTo(CloseReason.of(ErrorCode.STATE_UNAVAILABLE));
		assertThat(call("get", 0)).isOne();
		call(action, 3);
		assertThat(this.store.state(COUNTER)).isEqualTo("{\"value\":3}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "setDurably", "setDurablyAndLater" })
	void listenersHearOfADurableActionOnceItIsSaved(String action) {
		call("set", 1);
		Queue<String> heard = new ConcurrentLinkedQueue<>();
		this.harness.actors()
			.get("Counter", "k")
			.on(action, (connection, args) -> heard.add(this.store.state(COUNTER)));
		RecordedOutbound client = this.harness.connect(Counter.class, "k", "ada");
		this.store.failNext(1);
		this.harness.directory().deliver(COUNTER, client.connectionId(), this.harness.request(1, action, 2));
		Awaitility.await().until(() -> !client.messages(ToClient.Error.class).isEmpty());
		assertThat(heard).isEmpty();
		this.harness.directory().deliver(COUNTER, client.connectionId(), this.harness.request(2, action, 3));
		Awaitility.await().until(() -> !client.messages(ToClient.ActionResponse.class).isEmpty());
		assertThat(heard).containsExactly("{\"value\":3}");
	}

	@Test
	void whatWasNotSavedBeforeADurableActionIsKept() {
		call("setDurably", 1);
		call("set", 2);
		this.store.failNext(1);
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> call("setDurably", 3));
		Awaitility.await().until(() -> this.store.state(COUNTER).equals("{\"value\":2}"));
		assertThat(call("get", 0)).isEqualTo(2);
	}

	@Test
	void whatAnActionHasSavedItselfIsUndone() {
		call("setDurably", 1);
		this.store.failAfter(1);
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> call("saveAndSetDurably", 2));
		assertThat(call("get", 0)).isOne();
		Awaitility.await().until(() -> this.store.state(COUNTER).equals("{\"value\":1}"));
	}

	@Test
	void aDurableActionWhoseStateCannotBeWrittenLeavesNoTrace() {
		call("setDurably", 1);
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> call("setDurably", -1));
		assertThat(call("get", 0)).isOne();
	}

	@ParameterizedTest
	@ValueSource(strings = { "set", "setDurably", "setAndSave", "setDurablyAndLater" })
	void stopsWhenAnotherHasSaved(String action) {
		RecordedOutbound client = this.harness.connect(Counter.class, "k", "ada");
		this.store.takeOver(COUNTER);
		if (action.equals("set")) {
			call(action, 1);
		}
		else {
			RivetException refusal = catchThrowableOfType(RivetException.class, () -> call(action, 1));
			assertThat(refusal.code()).isEqualTo("restarting");
		}
		Awaitility.await().until(() -> !client.closed().isEmpty());
		assertThat(client.closed()).containsExactly(RESTARTING);
		assertThat(call("get", 0)).isZero();
		call("setDurably", 7);
		assertThat(this.store.state(COUNTER)).isEqualTo("{\"value\":7}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "workDurably", "workAndSave" })
	void stopsWithoutAStateWhenAnotherHasSaved(String action) {
		RecordedOutbound client = this.harness.connect(Clerk.class, "k", "ada");
		this.store.takeOver(ActorHarness.address(Clerk.class, "k"));
		RivetException refusal = catchThrowableOfType(RivetException.class,
				() -> this.harness.call(Clerk.class, "k", action));
		assertThat(refusal.code()).isEqualTo("restarting");
		Awaitility.await().until(() -> client.closed().contains(RESTARTING));
	}

	@Test
	void aClientDoesNotRepeatACallThatHasRun() {
		call("set", 0);
		this.store.takeOver(COUNTER);
		RivetException refusal = catchThrowableOfType(RivetException.class,
				() -> this.harness.callAsClient(Counter.class, "k", "setDurably", 1));
		assertThat(refusal.code()).isEqualTo("outcome_unknown");
	}

	@Test
	void looksAgainWhatIsStoredWhenAnotherComesFirst() {
		this.store.overtakeNext(1);
		assertThat(call("get", 0)).isZero();
		call("setDurably", 4);
		this.harness.call(Counter.class, "k", "sleep");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		this.store.overtakeNext(1);
		assertThat(call("get", 0)).isEqualTo(4);
	}

	@Test
	void asksToComeBackWhenOthersAlwaysComeFirst() {
		this.store.overtakeNext(100);
		RivetException refusal = catchThrowableOfType(RivetException.class, () -> call("get", 0));
		assertThat(refusal.code()).isEqualTo("restarting");
		this.store.overtakeNext(0);
		assertThat(call("get", 0)).isZero();
	}

	@Test
	void doesNotDeleteWhatAnotherHasTakenOver() {
		call("get", 0);
		this.store.takeOver(COUNTER);
		this.harness.directory().destroy(new ActorTarget.Get(COUNTER)).block(ActorHarness.PATIENCE);
		assertThat(this.store.load(COUNTER)).isNotNull();
	}

	@Test
	void refusesANullState() {
		call("set", 1);
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.harness.call(Counter.class, "k", "setNull"));
		assertThat(call("get", 0)).isOne();
	}

	@Test
	void refusesAnActionThatIsDurableAndInterleaves() {
		assertThatExceptionOfType(InvalidActorException.class)
			.isThrownBy(() -> new ActorHarness(ActorSettings.DEFAULTS, new Torn()))
			.withMessageContaining("cannot be combined with `interleave`");
	}

	static class State {

		private int value;

		public int getValue() {
			if (this.value < 0) {
				throw new IllegalStateException("This cannot be written");
			}
			return this.value;
		}

		public void setValue(int value) {
			this.value = value;
		}

	}

	static class Counter {

		@CreateState
		State create() {
			return new State();
		}

		@Action
		int get(ActorContext<State, ?> c, int ignored) {
			return c.state().getValue();
		}

		@Action
		int set(ActorContext<State, ?> c, int value) {
			c.state().setValue(value);
			return value;
		}

		@Action(durable = true)
		int setDurably(ActorContext<State, ?> c, int value) {
			return set(c, value);
		}

		@Action(durable = true)
		int saveAndSetDurably(ActorContext<State, ?> c, int value) {
			setAndSave(c, value);
			return set(c, value + 1);
		}

		@Action(durable = true)
		Mono<Integer> setDurablyAndLater(ActorContext<State, ?> c, int value) {
			return Mono.delay(Duration.ofMillis(20)).map((tick) -> set(c, value));
		}

		@Action
		int setAndSave(ActorContext<State, ?> c, int value) {
			set(c, value);
			c.saveState();
			return value;
		}

		@Action
		void setNull(ActorContext<State, ?> c) {
			c.setState(null);
		}

		@Action
		void sleep(ActorContext<State, ?> c) {
			c.sleep();
		}

	}

	static class Clerk {

		@Action(durable = true)
		void workDurably() {
		}

		@Action
		void workAndSave(ActorContext<?, ?> c) {
			c.saveState();
		}

	}

	static class Torn {

		@Action(durable = true, interleave = true)
		void work() {
		}

	}

}
