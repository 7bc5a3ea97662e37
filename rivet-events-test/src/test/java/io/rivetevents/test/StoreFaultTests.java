/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.IntNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.UncertainOutcome;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.contract.History;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.extension.StreamRequest.StreamProof;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.test.store.FaultyStateStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What the runtime does when its store fails, waits, or has a newer version: for each way
 * to save.
 */
@ExtendWith(OutputCaptureExtension.class)
class StoreFaultTests {

	private static final RuntimeException FULL = new IllegalStateException("The disk is full");

	private static final RuntimeException LOST = new LostConnection();

	private static final ActorAddress COUNTER = ActorHarness.address(Counter.class, "k");

	private static final ActorAddress CLERK = ActorHarness.address(Clerk.class, "k");

	private final FaultyStateStore store = new FaultyStateStore(new MemoryActorStateStore());

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, new Counter(),
			new Clerk());

	@AfterEach
	void close() {
		this.store.clear();
		this.harness.close();
	}

	// Stale

	/** A save that the runtime makes later is not part of the call. */
	@ParameterizedTest
	@CsvSource({ "set, , restarting", "setDurably, restarting, restarting",
			"setDurablyAndLater, restarting, restarting", "setAndSave, restarting, restarting",
			"setAndSleep, , stopped" })
	void stopsAndWakesTheNewerState(String action, @Nullable String answer, String reason, CapturedOutput output) {
		RecordedOutbound client = this.harness.connect(Counter.class, "k", "ada");
		this.store.takeOver(COUNTER, json(100));
		assertThat(refusal(Counter.class, "k", action, 1)).isEqualTo((answer != null) ? "actor." + answer : null);
		Awaitility.await().until(() -> !client.closed().isEmpty());
		assertThat(client.closed()).containsExactly(new CloseReason(client.closed().get(0).code(), "actor." + reason));
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		assertThat(state(COUNTER)).isEqualTo(100);
		assertThat(get("k")).isEqualTo(100);
		assertThat(this.store.load(COUNTER).generation()).isEqualTo(3);
		assertThat(output).contains("Counter[k] was saved by a newer copy").doesNotContain("StaleStateException");
	}

	@Test
	void stopsAtShutdownAndKeepsTheNewerState(CapturedOutput output) {
		RecordedOutbound client = this.harness.connect(Counter.class, "k", "ada");
		call("k", "set", 1);
		this.store.takeOver(COUNTER, json(100));
		this.harness.node().stop().block(ActorHarness.PATIENCE);
		assertThat(client.closed()).containsExactly(CloseReason.of(ErrorCode.RESTARTING));
		assertThat(state(COUNTER)).isEqualTo(100);
		assertThat(output).contains("Counter[k] was saved by a newer copy").doesNotContain("StaleStateException");
	}

	@Test
	void wakesTheNewerStateIfAnotherNodeWakesItFirst() {
		sleep("k", 1);
		FaultyStateStore.Hold hold = this.store.onCommit().of(COUNTER).hold();
		CompletableFuture<Integer> woken = CompletableFuture.supplyAsync(() -> get("k"));
		hold.awaitCall();
		this.store.takeOver(COUNTER, json(100));
		hold.release();
		assertThat(woken.join()).isEqualTo(100);
	}

	@ParameterizedTest
	@ValueSource(strings = { "workDurably", "workAndSave" })
	void stopsAnActorWithoutState(String action) {
		RecordedOutbound client = this.harness.connect(Clerk.class, "k", "ada");
		this.store.takeOver(CLERK, null);
		assertThat(refusal(Clerk.class, "k", action)).isEqualTo("actor.restarting");
		Awaitility.await().until(() -> !client.closed().isEmpty());
		assertThat(client.closed()).containsExactly(CloseReason.of(ErrorCode.RESTARTING));
	}

	@Test
	void storesAnActorWithoutState() {
		this.harness.call(Clerk.class, "k", "workDurably");
		StoredActor stored = this.store.load(CLERK);
		assertThat(stored.state()).isNull();
		assertThat(stored.generation()).isOne();
		this.harness.call(Clerk.class, "k", "sleep");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		this.harness.call(Clerk.class, "k", "workAndSave");
		assertThat(this.store.load(CLERK)).satisfies((woken) -> {
			assertThat(woken.actorId()).isEqualTo(stored.actorId());
			assertThat(woken.generation()).isEqualTo(2);
		});
	}

	// Failures

	@ParameterizedTest
	@ValueSource(strings = { "setDurably", "setDurablyAndLater" })
	void aDurableActionThatCannotBeSavedLeavesNoTrace(String action) {
		call("k", "setDurably", 1);
		this.store.onCommit().fail(FULL);
		assertThat(refusal(Counter.class, "k", action, 2)).isEqualTo("state.unavailable");
		assertThat(get("k")).isOne();
		assertThat(state(COUNTER)).isOne();
		call("k", action, 3);
		assertThat(state(COUNTER)).isEqualTo(3);
	}

	@Test
	void logsTheFailureOfTheStore(CapturedOutput output) {
		this.store.onCommit().fail(new IllegalStateException("The disk of this test is full"));
		assertThat(refusal(Counter.class, "k", "setDurably", 2)).isEqualTo("state.unavailable");
		assertThat(output).containsOnlyOnce("The store failed to save Counter[k]")
			.contains("The disk of this test is full");
	}

	@Test
	void anActionThatSavesAndFailsKeepsItsChangeForTheNextSave() {
		call("k", "setDurably", 1);
		this.store.onCommit().fail(FULL);
		assertThat(refusal(Counter.class, "k", "setAndSave", 2)).isEqualTo("state.unavailable");
		assertThat(get("k")).isEqualTo(2);
		Awaitility.await().until(() -> state(COUNTER) == 2);
	}

	/** Otherwise the next save would overwrite what may have been committed. */
	@Test
	void readsAgainAfterASaveWithAnUncertainOutcome() {
		call("k", "setDurably", 1);
		this.store.onCommit().failAfterwards(FULL);
		assertThat(refusal(Counter.class, "k", "setDurably", 2)).isEqualTo("state.unavailable");
		assertThat(refusal(Counter.class, "k", "setDurably", 3)).isEqualTo("actor.restarting");
		assertThat(get("k")).isEqualTo(2);
		call("k", "setDurably", 4);
		assertThat(state(COUNTER)).isEqualTo(4);
	}

	/** What it has changed since is saved, also if that is what was stored before. */
	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3 })
	void continuesAfterAnUncertainSaveThatWasStored(int next, CapturedOutput output) {
		call("k", "setDurably", 1);
		this.store.onCommit().failAfterwards(LOST);
		assertThat(refusal(Counter.class, "k", "setAndSave", 2)).isEqualTo("state.unavailable");
		assertThat(state(COUNTER)).isEqualTo(2);
		call("k", "set", next);
		Awaitility.await().until(() -> this.store.load(COUNTER).version() == 4);
		assertThat(state(COUNTER)).isEqualTo(next);
		assertThat(get("k")).isEqualTo(next);
		assertThat(this.store.load(COUNTER).generation()).isOne();
		assertThat(output).doesNotContain("newer copy");
	}

	@Test
	void continuesAfterUncertainSavesOfWhichTheFirstWasStored() {
		call("k", "setDurably", 1);
		this.store.onCommit().failAfterwards(LOST);
		this.store.onCommit().fail(LOST);
		assertThat(refusal(Counter.class, "k", "setAndSave", 2)).isEqualTo("state.unavailable");
		assertThat(refusal(Counter.class, "k", "setAndSave", 3)).isEqualTo("state.unavailable");
		assertThat(state(COUNTER)).isEqualTo(2);
		assertThat(call("k", "setDurably", 4)).isEqualTo(4);
		assertThat(state(COUNTER)).isEqualTo(4);
		assertThat(this.store.load(COUNTER).generation()).isOne();
	}

	@Test
	void aMethodThatIsUndoneIsUndoneInAnUncertainSave() {
		call("k", "setDurably", 1);
		this.store.onCommit().failAfterwards(LOST);
		this.store.onCommit().fail(FULL);
		assertThat(refusal(Counter.class, "k", "setAndTryToSave", 2)).isEqualTo("state.unavailable");
		assertThat(state(COUNTER)).isEqualTo(2);
		Awaitility.await().until(() -> state(COUNTER) == 1); // without another use
		assertThat(get("k")).isOne();
		assertThat(this.store.load(COUNTER).generation()).isOne();
	}

	@Test
	void sleepsAfterAnUncertainSaveThatWasStored(CapturedOutput output) {
		call("k", "setDurably", 1);
		this.store.onCommit().failAfterwards(LOST);
		call("k", "setAndSleep", 2);
		Awaitility.await().until(() -> state(COUNTER) == 2);
		call("k", "setAndSleep", 3);
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		assertThat(state(COUNTER)).isEqualTo(3);
		assertThat(output).doesNotContain("newer copy");
	}

	@Test
	void isDeletedAfterAnUncertainSaveThatWasStored() {
		call("k", "setDurably", 1);
		this.store.onCommit().failAfterwards(LOST);
		assertThat(refusal(Counter.class, "k", "setAndSave", 2)).isEqualTo("state.unavailable");
		this.harness.directory().destroy(new ActorTarget.Get(COUNTER)).block(ActorHarness.PATIENCE);
		assertThat(this.store.load(COUNTER)).isNull();
	}

	@Test
	void isDeletedByADeletionThatWasUncertain(CapturedOutput output) {
		call("k", "setDurably", 1);
		this.store.onDelete().failAfterwards(LOST);
		this.harness.directory().destroy(new ActorTarget.Get(COUNTER)).block(ActorHarness.PATIENCE);
		assertThat(this.store.load(COUNTER)).isNull();
		assertThat(output).doesNotContain("newer copy");
	}

	/** With the version of the former one. */
	@ParameterizedTest
	@CsvSource({ "setDurably, 1", "setDurably, 2", "setAndSave, 2", "destroy, 0" })
	void leavesAnInstanceThatWasCreatedAgainOnAnotherNode(String action, int value) {
		call("k", "setDurably", 1);
		StoredActor former = this.store.load(COUNTER);
		this.store.delete(former);
		StoredActor present = StoredActor.builder("another", COUNTER).version(1).state(json(100)).build();
		this.store.save(present, 0);
		this.store.save(present.toBuilder().version(former.version()).build(), 1);
		if (action.equals("destroy")) {
			this.harness.directory().destroy(new ActorTarget.Get(COUNTER)).block(ActorHarness.PATIENCE);
		}
		else {
			assertThat(refusal(Counter.class, "k", action, value)).isEqualTo("actor.restarting");
		}
		assertThat(state(COUNTER)).isEqualTo(100);
		assertThat(get("k")).isEqualTo(100);
	}

	/** Such as that of an export which was put back on another node. */
	@Test
	void stopsIfAnotherStateWasSavedInsteadOfAnUncertainOne() {
		call("k", "setDurably", 1);
		StoredActor before = this.store.load(COUNTER);
		this.store.onCommit().fail(LOST);
		assertThat(refusal(Counter.class, "k", "setAndSave", 2)).isEqualTo("state.unavailable");
		this.store.save(before.toBuilder().version(before.version() + 1).state(json(100)).build(), before.version());
		assertThat(refusal(Counter.class, "k", "setDurably", 3)).isEqualTo("actor.restarting");
		assertThat(get("k")).isEqualTo(100);
	}

	@ParameterizedTest
	@ValueSource(strings = { "get", "setDurably" })
	void anInstanceThatCannotBeCreatedIsCreatedLater(String action) {
		this.store.onCommit().fail(FULL);
		assertThat(refusal(Counter.class, "k", action, 1)).isEqualTo("state.unavailable");
		assertThat(this.store.load(COUNTER)).isNull();
		assertThat(refusal(Counter.class, "k", action, 1)).isNull();
	}

	@Test
	void anInstanceThatCannotBeWokenIsWokenLater() {
		sleep("k", 7);
		this.store.onLoad().fail(FULL);
		assertThat(refusal(Counter.class, "k", "get", 0)).isEqualTo("state.unavailable");
		this.store.onCommit().fail(FULL);
		assertThat(refusal(Counter.class, "k", "get", 0)).isEqualTo("state.unavailable");
		assertThat(get("k")).isEqualTo(7);
	}

	@Test
	void anInstanceThatCannotBeLoadedIsNotReportedAsAbsent() {
		sleep("k", 7);
		this.store.onLoad().fail(FULL);
		assertThat(refusal(this.harness.directory().find(new ActorTarget.Get(COUNTER)))).isEqualTo("state.unavailable");
		assertThat(refusal(this.harness.directory().find(new ActorTarget.Get(COUNTER)))).isNull();
	}

	@Test
	void sleepsWhenItCanBeSaved() {
		call("k", "setDurably", 1);
		this.store.onCommit().times(2).fail(FULL);
		call("k", "setAndSleep", 2);
		assertThat(get("k")).isEqualTo(2);
		Awaitility.await().until(() -> state(COUNTER) == 2);
	}

	@Test
	void deletesAfterFailuresWithAnUncertainOutcome() {
		call("k", "setDurably", 1);
		this.store.onDelete().fail(FULL);
		this.store.onDelete().failAfterwards(FULL);
		this.harness.directory().destroy(new ActorTarget.Get(COUNTER)).block(ActorHarness.PATIENCE);
		assertThat(this.store.load(COUNTER)).isNull();
		assertThat(get("k")).isZero();
	}

	@Test
	void logsAtShutdownWhatIsLost(CapturedOutput output) {
		call("k", "setDurably", 1);
		call("other", "setDurably", 1);
		call("saved", "setDurably", 1);
		this.store.onCommit().of(COUNTER).always().fail(FULL);
		this.store.onCommit().of(ActorHarness.address(Counter.class, "other")).always().fail(FULL);
		List.of("k", "other", "saved").forEach((key) -> call(key, "set", 2));
		this.harness.node().stop().block(ActorHarness.PATIENCE);
		assertThat(output).contains("Failed to save the state of Counter[k] at shutdown; its last changes are lost")
			.contains("Failed to save the state of Counter[other] at shutdown")
			.doesNotContain("Counter[saved] at shutdown");
		assertThat(state(COUNTER)).isOne();
		assertThat(state(ActorHarness.address(Counter.class, "saved"))).isEqualTo(2);
	}

	// History and answers

	/** Leaves the process behind, as {@code kill -9} does, and starts another one. */
	private ActorHarness restart() {
		return new ActorHarness(ActorSettings.DEFAULTS, this.store, new Journal());
	}

	private static ConnectRequest reader(@Nullable Position position) {
		StreamProof proof = (position != null) ? StreamProof.PROVEN : StreamProof.NEW;
		return ConnectRequest.extended(null, new Identity(() -> "ada", null),
				new StreamRequest(List.of(new ToServer.SubscriptionRequest("written", true)), position, proof, "stream",
						"secret", null, null, Duration.ofSeconds(10)));
	}

	private static RecordedOutbound connect(ActorHarness harness, ConnectRequest request) {
		RecordedOutbound client = new RecordedOutbound(request.connectionId());
		harness.connect(Journal.class, "k", request, client);
		return client;
	}

	private static ToClient.Welcome welcome(RecordedOutbound client) {
		return client.messages(ToClient.Welcome.class).get(0);
	}

	@Test
	void aClientResumesWhenTheHistoryCanBeReadAgain() {
		try (ActorHarness first = restart(); ActorHarness next = restart()) {
			Position position = welcome(connect(first, reader(null))).position();
			first.call(Journal.class, "k", "write", 1);
			this.store.onEvents().times(2).fail(FULL);
			for (int i = 0; i < 2; i++) {
				ConnectRequest request = reader(position);
				RivetException refusal = catchThrowableOfType(RivetException.class, () -> connect(next, request));
				assertThat(refusal.code()).isEqualTo("unavailable");
			}
			next.call(Journal.class, "k", "write", 2);
			RecordedOutbound client = connect(next, reader(position));
			assertThat(welcome(client).outcome().kind()).isEqualTo(ToClient.ResumeOutcome.Kind.RESUMED);
			assertThat(client.messages(ToClient.Event.class)).extracting((event) -> event.args().get(0).asInt())
				.containsExactly(1, 2);
		}
	}

	private static ToClient repeat(ActorHarness harness, RecordedOutbound client, long id) {
		harness.directory()
			.deliver(ActorHarness.address(Journal.class, "k"), client.connectionId(), new ToServer.ActionRequest(id,
					"write", List.of(IntNode.valueOf(1)), new ToServer.CallOptions(false, null, "key")));
		return Awaitility.await()
			.until(() -> client.messages()
				.stream()
				.filter((message) -> (message instanceof ToClient.ActionResponse response && response.id() == id)
						|| (message instanceof ToClient.Error error && Long.valueOf(id).equals(error.actionId())))
				.findFirst()
				.orElse(null), (answer) -> answer != null);
	}

	@Test
	void aRepeatedCallRunsOnlyIfItsAnswerCanBeRead() {
		try (ActorHarness first = restart(); ActorHarness next = restart()) {
			assertThat(repeat(first, connect(first, reader(null)), 1)).isInstanceOf(ToClient.ActionResponse.class);
			RecordedOutbound client = connect(next, reader(null));
			this.store.onAnswer().times(2).fail(FULL);
			for (int i = 2; i < 4; i++) {
				assertThat(repeat(next, client, i)).isInstanceOf(ToClient.Error.class)
					.hasFieldOrPropertyWithValue("code", "unavailable");
			}
			ToClient answer = repeat(next, client, 4);
			assertThat(answer).isInstanceOf(ToClient.ActionResponse.class);
			assertThat(((ToClient.ActionResponse) answer).output().asInt()).isOne();
			assertThat(next.call(Journal.class, "k", "write", 5).asInt()).isEqualTo(2);
		}
	}

	// Waiting

	@ParameterizedTest
	@ValueSource(strings = { "setDurably", "setAndSave", "setDurablyAndLater" })
	void aStoreThatWaitsHoldsOneInstance(String action) throws Exception {
		call("k", "setDurably", 1);
		FaultyStateStore.Hold hold = this.store.onCommit().of(COUNTER).hold();
		CompletableFuture<Integer> held = async("k", action, 2);
		hold.awaitCall();
		CompletableFuture<Integer> behind = async("k", "get", 0);
		List<CompletableFuture<Integer>> others = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			others.add(async("other" + i, "setDurably", i));
		}
		for (CompletableFuture<Integer> other : others) {
			other.get(ActorHarness.PATIENCE.toSeconds(), TimeUnit.SECONDS);
		}
		assertThat(held).isNotDone();
		assertThat(behind).isNotDone();
		hold.release();
		assertThat(held.get(ActorHarness.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(2);
		assertThat(behind.get(ActorHarness.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(2);
	}

	@Test
	void aStoreThatWaitsWhileItLoadsHoldsOneInstance() throws Exception {
		sleep("k", 7);
		FaultyStateStore.Hold hold = this.store.onLoad().of(COUNTER).hold();
		CompletableFuture<Integer> held = async("k", "get", 0);
		hold.awaitCall();
		assertThat(get("other")).isZero();
		assertThat(held).isNotDone();
		hold.release();
		assertThat(held.get(ActorHarness.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(7);
	}

	private int call(String key, String action, int value) {
		return this.harness.call(Counter.class, key, action, value).asInt();
	}

	private int get(String key) {
		return call(key, "get", 0);
	}

	private void sleep(String key, int value) {
		call(key, "setAndSleep", value);
		Awaitility.await().until(() -> this.harness.node().size() == 0);
	}

	private CompletableFuture<Integer> async(String key, String action, int value) {
		return this.harness.directory()
			.call(ActorHarness.target(Counter.class, key), null, this.harness.request(0, action, value))
			.map((answer) -> answer.asInt())
			.toFuture();
	}

	/** Returns the reason why an action failed, {@code null} if it has not. */
	private @Nullable String refusal(Class<?> actor, String key, String action, Object... args) {
		return refusal(this.harness.directory()
			.call(ActorHarness.target(actor, key), null, this.harness.request(0, action, args)));
	}

	private static @Nullable String refusal(Mono<?> work) {
		try {
			work.toFuture().get(ActorHarness.PATIENCE.toSeconds(), TimeUnit.SECONDS);
			return null;
		}
		catch (ExecutionException ex) {
			RivetException refusal = (RivetException) ex.getCause();
			return refusal.group() + "." + refusal.code();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private int state(ActorAddress address) {
		return this.harness.mapper().read(this.store.load(address).state(), State.class) instanceof State state
				? state.value : -1;
	}

	private static byte[] json(int value) {
		return "{\"value\":%d}".formatted(value).getBytes(StandardCharsets.UTF_8);
	}

	/** The connection to the store was lost during a commit. */
	private static final class LostConnection extends IllegalStateException implements UncertainOutcome {

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
		int set(ActorContext<State, ?> c, int value) {
			c.state().value = value;
			return value;
		}

		@Action(durable = true)
		int setDurably(ActorContext<State, ?> c, int value) {
			return set(c, value);
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

		@Action(durable = true)
		int setAndTryToSave(ActorContext<State, ?> c, int value) {
			try {
				return setAndSave(c, value);
			}
			catch (RivetException ex) {
				return value;
			}
		}

		@Action
		int setAndSleep(ActorContext<State, ?> c, int value) {
			set(c, value);
			c.sleep();
			return value;
		}

	}

	@Actor
	@History(durable = true)
	static class Journal {

		@CreateState
		State create() {
			return new State();
		}

		@Action
		int write(ActorContext<State, ?> c, int number) {
			c.broadcast("written", number);
			return ++c.state().value;
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

		@Action
		void sleep(ActorContext<?, ?> c) {
			c.sleep();
		}

	}

}
