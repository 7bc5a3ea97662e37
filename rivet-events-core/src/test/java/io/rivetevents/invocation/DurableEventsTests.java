/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredActors;
import io.rivetevents.actor.state.UncertainOutcome;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Receipt;
import io.rivetevents.contract.History;
import io.rivetevents.contract.Volatile;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.extension.StreamRequest.StreamProof;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Events that are stored before they are sent, over the loss of a process: a harness that
 * is left without being closed has saved nothing more.
 */
class DurableEventsTests {

	private static final ActorSettings RARELY_SAVED = new ActorSettings(Duration.ofSeconds(60), Duration.ofSeconds(5),
			Duration.ofSeconds(5), Duration.ofMinutes(5), Duration.ofMinutes(5), 10_000, 1024, 1024, false,
			ActorSettings.DEFAULTS.history(), ActorSettings.DEFAULTS.state(), ActorSettings.DEFAULTS.hibernation());

	private final CountingStore store = new CountingStore();

	private final List<ActorHarness> harnesses = new ArrayList<>();

	private ActorHarness harness;

	@BeforeEach
	void start() {
		this.harness = new ActorHarness(RARELY_SAVED, this.store, new Board(), new Mixed(), new Plain(), new Polite(),
				new Greeter());
		this.harnesses.add(this.harness);
	}

	@AfterEach
	void close() {
		Collections.reverse(this.harnesses);
		this.harnesses.forEach(ActorHarness::close);
	}

	/** Leaves the process behind, as kill -9 does, and starts another one. */
	private void kill() {
		start();
	}

	private Client connect(String user) {
		return new Client(user, UUID.randomUUID().toString());
	}

	@ParameterizedTest
	@CsvSource({ "toAll, ada bob", "toOne, ada", "toAllButOne, bob", "toUser, ada", "toAllButUser, bob",
			"tagged, ada bob", "direct, ada bob" })
	void anEventMissedByAKillArrivesWhereItMay(String action, String receivers) {
		Client ada = connect("ada");
		Client bob = connect("bob");
		ada.connect();
		bob.connect();
		this.harness.call(Board.class, "k", action, ada.id);
		kill();
		for (Client client : List.of(ada, bob)) {
			client.connectFrom(client.first());
			assertThat(client.outcome()).isEqualTo("resumed");
			assertThat(client.events()).hasSize(receivers.contains(client.user) ? 1 : 0);
			assertThat(client.gaps()).isEmpty();
		}
	}

	@Test
	void anEventWithUnknownRecipientsIsAGapAfterAKill() {
		Client ada = connect("ada");
		ada.connect();
		ada.leave();
		this.harness.call(Board.class, "k", "byPredicate", "ada");
		ada.connect();
		assertThat(ada.events()).hasSize(1); // the predicate is still here
		ada.leave();
		this.harness.call(Board.class, "k", "byPredicate", "ada");
		kill();
		ada.connect();
		assertThat(ada.outcome()).isEqualTo("resumed");
		assertThat(ada.events()).isEmpty();
		assertThat(ada.gaps()).containsExactly("said");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anEventThatWasStoredButCouldNotBeSentIsAGap(boolean killed) {
		Client ada = connect("ada");
		ada.connect();
		Position before = ada.last();
		this.harness.call(Board.class, "k", "byFailingPredicate");
		this.harness.call(Board.class, "k", "toAll", "");
		assertThat(ada.events()).hasSize(1);
		if (killed) {
			kill();
		}
		ada.connectFrom(before);
		assertThat(ada.outcome()).isEqualTo("resumed");
		assertThat(ada.events()).hasSize(1);
		assertThat(ada.gaps()).containsExactly("said");
	}

	@Test
	void positionsContinueAndAreNeverGivenTwice() {
		Client ada = connect("ada");
		ada.connect();
		this.harness.call(Board.class, "k", "toAll", "");
		this.harness.call(Board.class, "k", "drops", 5);
		Position last = ada.last();
		kill();
		ada.connect();
		assertThat(ada.outcome()).isEqualTo("resumed");
		this.harness.call(Board.class, "k", "toAll", "");
		assertThat(ada.last().epoch()).isEqualTo(last.epoch());
		assertThat(ada.last().sequence()).isGreaterThan(last.sequence());
	}

	/** More of them than are reserved at once. */
	@Test
	void eventsThatAreNotStoredNeverUseUpThePositions() {
		Client ada = connect("ada");
		ada.connect();
		this.harness.call(Board.class, "k", "drops", 2500);
		Awaitility.await().until(() -> ada.count("typing") == 2500);
		Position last = ada.last();
		kill();
		ada.connect();
		this.harness.call(Board.class, "k", "toAll", "");
		assertThat(ada.outcome()).isEqualTo("resumed");
		assertThat(ada.last().sequence()).isGreaterThan(last.sequence());
	}

	@Test
	void oneCommitHoldsStateEventsAndAnswer() {
		this.harness.call(Board.class, "k", "size");
		int before = this.store.commits.get();
		this.harness.call(Board.class, "k", "toAll", "");
		assertThat(this.store.commits).hasValue(before + 1);
		assertThat(this.harness.call(Board.class, "k", "size").asInt()).isEqualTo(1);
		assertThat(this.store.commits).hasValue(before + 1);
		kill();
		assertThat(this.harness.call(Board.class, "k", "size").asInt()).isEqualTo(1);
	}

	@Test
	void nothingIsSentBeforeTheCommitAndNothingIsLeftIfItFails() {
		Client ada = connect("ada");
		ada.connect();
		this.store.failing = true;
		assertThatThrownBy(() -> this.harness.call(Board.class, "k", "toAll", "")).isNotNull();
		assertThat(ada.events()).isEmpty();
		this.store.failing = false;
		assertThat(this.harness.call(Board.class, "k", "size").asInt()).isZero();
		this.harness.call(Board.class, "k", "toAll", "");
		assertThat(ada.events()).hasSize(1);
	}

	/** Its caller gets an error, as for a commit that fails. */
	@Test
	void anActionWhoseResultCannotBeWrittenLeavesNoTrace() {
		Client ada = connect("ada");
		ada.connect();
		assertThatThrownBy(() -> this.harness.call(Board.class, "k", "unwritable")).isNotNull();
		assertThat(ada.call("unwritable", "key-1")).isNull();
		assertThat(ada.events()).isEmpty();
		assertThat(this.harness.call(Board.class, "k", "size").asInt()).isZero();
		assertThat(this.harness.call(Board.class, "k", "runs").asInt()).isEqualTo(2);
		assertThat(ada.call("unwritable", "key-1")).isNull();
		assertThat(this.harness.call(Board.class, "k", "runs").asInt()).isEqualTo(3);
		kill();
		ada.connect();
		assertThat(ada.events()).isEmpty();
		assertThat(this.harness.call(Board.class, "k", "size").asInt()).isZero();
	}

	/** It cannot be distinguished from a later step of the method. */
	@Test
	void anEventOfAnotherThreadSharesTheCommitOfTheRunningMethod() {
		Client ada = connect("ada");
		ada.connect();
		this.store.failing = true;
		assertThatThrownBy(() -> this.harness.call(Board.class, "k", "aside")).isNotNull();
		this.store.failing = false;
		this.harness.call(Board.class, "k", "size");
		assertThat(ada.events()).isEmpty();
		this.harness.call(Board.class, "k", "aside");
		assertThat(ada.events()).hasSize(1);
	}

	/** They stay in the order in which the method has sent them. */
	@Test
	void eventsOfATurnKeepTheirOrder() {
		Client ada = connect("ada");
		ada.connect();
		this.harness.call(Board.class, "k", "mixture");
		assertThat(ada.names()).containsExactly("typing", "said", "typing", "said");
	}

	@Test
	void eventsOutsideOfTurnsAreStoredToo() {
		Client ada = connect("ada");
		ada.connect();
		ada.leave();
		Receipt receipt = this.harness.actors().get("Board", "k").broadcast("said", "later");
		receipt.whenDone().block(ActorHarness.PATIENCE);
		this.harness.call(Board.class, "k", "aside");
		this.harness.call(Board.class, "k", "size"); // after the turn that stores it
		kill();
		ada.connect();
		assertThat(ada.outcome()).isEqualTo("resumed");
		assertThat(ada.events()).hasSize(2);
	}

	@Test
	void eventsOfHooksAreStoredWithThem() {
		Client ada = connect("ada");
		Client bob = connect("bob");
		ada.connect();
		bob.connect();
		ada.leave();
		bob.leave();
		Awaitility.await()
			.until(() -> this.store.events(this.store.load(ActorHarness.address(Board.class, "k")).actorId(), 10)
				.size() == 2);
		kill();
		ada.connect();
		assertThat(ada.names()).containsExactly("left", "left");
	}

	/** The instance is not stored yet when it sends. */
	@Test
	void eventsOfTheCreationAreStored() {
		assertThat(this.harness.call(Greeter.class, "k", "size").asInt()).isZero();
		StoredActor stored = this.store.load(ActorHarness.address(Greeter.class, "k"));
		assertThat(this.store.events(stored.actorId(), 10)).singleElement()
			.returns("created", StoredEvent::name)
			.returns("[\"one\"]", (event) -> new String(event.body(), StandardCharsets.UTF_8));
	}

	/** An instance that is stopped closes its connections before its hook sends. */
	@Test
	void eventsOfTheLastHooksAreStored() {
		Client ada = connect("ada");
		ada.connect();
		this.harness.close();
		start();
		ada.connect();
		assertThat(ada.outcome()).isEqualTo("resumed");
		assertThat(ada.names()).containsExactly("left");
	}

	@Test
	void aSleepKeepsTheHistory() {
		Client ada = connect("ada");
		ada.connect();
		ada.leave();
		this.harness.call(Board.class, "k", "toAll", "");
		this.harness.call(Board.class, "k", "sleep");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		ada.connect();
		assertThat(ada.outcome()).isEqualTo("resumed");
		assertThat(ada.count("said")).isOne();
	}

	/** The hook for bob, who leaves when it stops, sends a durable event. */
	@Test
	void theHistoryEndsWhereAnOlderStateIsPutBack() {
		Client ada = connect("ada");
		ada.connect();
		ada.leave();
		connect("bob").connect();
		this.harness.call(Board.class, "k", "toAll", "");
		StoredActors actors = this.harness.node().storedActors();
		String document = actors.export(ActorHarness.address(Board.class, "k"));
		this.harness.call(Board.class, "k", "toAll", "");
		StoredActor restored = actors.restore(document);
		assertThat(this.store.load(restored.address()).version()).isEqualTo(restored.version());
		ada.connect();
		assertThat(ada.outcome()).isEqualTo("resynced");
		assertThat(this.harness.call(Board.class, "k", "size").asInt()).isOne();
		Position last = ada.last();
		this.harness.call(Board.class, "k", "toAll", "");
		assertThat(ada.last().sequence()).isGreaterThan(last.sequence());
		kill();
		ada.connect();
		assertThat(ada.outcome()).isEqualTo("resumed");
	}

	@Test
	void whatLeavesTheHistoryIsDeleted() {
		Client ada = connect("ada");
		ada.connect();
		ada.leave();
		for (int i = 0; i < 250; i++) {
			this.harness.call(Board.class, "k", "toAll", "");
		}
		String id = this.store.load(ActorHarness.address(Board.class, "k")).actorId();
		assertThat(this.store.events(id, 1000)).hasSizeBetween(100, 164);
		Client bob = connect("bob");
		bob.connect();
		bob.leave();
		kill();
		ada.connect();
		assertThat(ada.outcome()).isEqualTo("resynced");
		bob.connect();
		assertThat(bob.outcome()).isEqualTo("resumed");
	}

	/** A rare event with a limit of its own does not count as missed. */
	@Test
	void eventsWithTheirOwnLimitsAreApart() {
		Client ada = connect("ada");
		ada.connect("said", "rare");
		ada.leave();
		this.harness.call(Board.class, "k", "toAll", "");
		kill();
		ada.connect("said", "rare");
		assertThat(ada.outcome()).isEqualTo("resumed");
		assertThat(ada.count("said")).isOne();
		ada.leave();
		this.harness.call(Board.class, "k", "rarely", 3);
		kill();
		ada.connect("said", "rare");
		assertThat(ada.outcome()).isEqualTo("resynced");
	}

	@Test
	void onlySubscriptionsToDurableEventsAreResumedOfAMixture() {
		Client ada = new Client("ada", UUID.randomUUID().toString(), Mixed.class);
		Client bob = new Client("bob", UUID.randomUUID().toString(), Mixed.class);
		ada.connect("kept");
		bob.connect("kept", "other");
		ada.leave();
		bob.leave();
		this.harness.call(Mixed.class, "k", "both");
		kill();
		ada.connect("kept");
		assertThat(ada.outcome()).isEqualTo("resumed");
		assertThat(ada.names()).containsExactly("kept");
		assertThat(ada.gaps()).containsExactly("*");
		bob.connect("kept", "other");
		assertThat(bob.outcome()).isEqualTo("resynced");
	}

	/** Positions that were reserved and not used do not count as events. */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aClientThatHasReceivedAllOfAMixtureMissesNothingByASleep(boolean killed) {
		Client ada = new Client("ada", UUID.randomUUID().toString(), Mixed.class);
		ada.connect("kept", "other");
		this.harness.call(Mixed.class, "k", "both");
		ada.leave();
		Position last = ada.last();
		this.harness.call(Mixed.class, "k", "sleep");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		if (killed) {
			kill();
		}
		ada.connect("kept", "other");
		assertThat(ada.outcome()).isEqualTo("resumed");
		assertThat(ada.gaps()).isEmpty();
		this.harness.call(Mixed.class, "k", "both");
		assertThat(ada.names()).containsExactly("other", "kept");
		assertThat(ada.last()).isEqualTo(new Position(last.epoch(), last.sequence() + 2));
	}

	/** An action that is not durable waits for nothing. */
	@Test
	void othersCommitNothing() {
		this.harness.call(Plain.class, "k", "say");
		int before = this.store.commits.get();
		this.harness.call(Plain.class, "k", "say");
		this.harness.call(Board.class, "b", "drops", 1);
		assertThat(this.store.commits).hasValue(before + 1); // the creation of the board
	}

	@Test
	void wakingCostsOneReadAndOneUpdate() {
		this.harness.call(Board.class, "k", "pay");
		kill();
		int loads = this.store.loads.get();
		int commits = this.store.commits.get();
		assertThat(this.harness.call(Board.class, "k", "size").asInt()).isOne();
		assertThat(this.store.loads).hasValue(loads + 1);
		assertThat(this.store.commits).hasValue(commits + 1);
	}

	@Test
	void aRepeatedCallFindsItsFirstAnswerAfterAKill() {
		Client ada = connect("ada");
		ada.connect();
		JsonNode first = ada.call("pay", "key-1");
		assertThat(first.asInt()).isEqualTo(1);
		ada.leave();
		kill();
		ada.connect();
		assertThat(ada.call("pay", "key-1").asInt()).isEqualTo(1);
		assertThat(ada.call("pay", "key-2").asInt()).isEqualTo(2);
	}

	@Test
	void aCallThatLeftNoTraceRunsAgain() {
		Client ada = connect("ada");
		ada.connect();
		this.store.failing = true;
		assertThat(ada.call("pay", "key-1")).isNull();
		this.store.failing = false;
		assertThat(ada.call("pay", "key-1").asInt()).isEqualTo(1);
	}

	/** A failure is an answer. */
	@Test
	void aFailureIsKeptAsWell() {
		Client ada = connect("ada");
		ada.connect();
		assertThat(ada.call("refuse", "key-1")).isNull();
		assertThat(ada.call("pay", "key-2").asInt()).isEqualTo(1); // stores both
		kill();
		ada.connect();
		assertThat(ada.call("refuse", "key-1")).isNull();
		assertThat(this.harness.call(Board.class, "k", "refusals").asInt()).isZero();
	}

	/** Nothing is sent at a position that may have been stored. */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anUncertainCommitIsSettledBeforeAnythingElseIsSent(boolean stored) {
		Client ada = connect("ada");
		ada.connect();
		this.store.uncertain = stored ? "after" : "before";
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.harness.call(Board.class, "k", "toAll", ""))
			.satisfies((ex) -> assertThat(ex.closeReason()).isEqualTo(CloseReason.of(ErrorCode.OUTCOME_UNKNOWN)));
		Awaitility.await().until(() -> this.harness.call(Board.class, "k", "size").asInt() == (stored ? 1 : 0));
		this.harness.call(Board.class, "k", "drops", 3);
		if (!stored) {
			assertThat(ada.count("typing")).isEqualTo(3);
			return;
		}
		assertThat(ada.names()).isEmpty();
		ada.connect();
		assertThat(ada.outcome()).isEqualTo("resumed");
		assertThat(ada.count("said")).isOne();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aCallWithAKeyMayBeRepeatedAfterAnUncertainCommit(boolean stored) {
		Client ada = connect("ada");
		ada.connect();
		this.store.uncertain = stored ? "after" : "before";
		assertThat(ada.call("pay", "key-1")).isNull();
		assertThat(ada.lastError()).isEqualTo("actor.restarting");
		ada.connect();
		assertThat(ada.call("pay", "key-1").asInt()).isEqualTo(1);
		assertThat(ada.call("pay", "key-2").asInt()).isEqualTo(2);
	}

	/** The change of an interleaved action stays, and is saved without its answer. */
	@Test
	void aCallWithAKeyThatIsNotUndoneIsNotRepeatedAfterAnUncertainCommit() {
		ActorSettings sync = RARELY_SAVED.withState(new ActorSettings.StateSettings(true, 1000));
		this.harness = new ActorHarness(sync, this.store, new Counter());
		this.harnesses.add(this.harness);
		Client ada = new Client("ada", UUID.randomUUID().toString(), Counter.class);
		ada.connect();
		this.store.uncertain = "before";
		for (int i = 0; i < 2; i++) {
			assertThat(ada.call("addLater", "key-1")).isNull();
			assertThat(ada.lastError()).isEqualTo("actor.outcome_unknown");
		}
		assertThat(this.harness.call(Counter.class, "k", "count").asInt()).isEqualTo(1);
	}

	/** A session of the database may still be committing when its connection is lost. */
	@Test
	void aLateCommitOfAnUncertainChangeIsRefused() {
		Client ada = connect("ada");
		ada.connect();
		this.store.uncertain = "before";
		assertThatThrownBy(() -> this.harness.call(Board.class, "k", "toAll", "")).isNotNull();
		assertThatThrownBy(() -> this.store.commit(Objects.requireNonNull(this.store.lost)))
			.isInstanceOf(StaleStateException.class);
		this.harness.call(Board.class, "k", "toAll", "");
		assertThat(this.harness.call(Board.class, "k", "size").asInt()).isOne();
		assertThat(ada.count("said")).isOne();
	}

	/** The instance is still in memory, and its clients are still connected. */
	@Test
	void nothingIsSentWhileAnUncertainCommitEndsTheInstance() {
		Board board = new Board();
		AtomicInteger ended = new AtomicInteger();
		ActorObserver sender = new ActorObserver() {

			@Override
			public void actionEnded(ActionCall call, ActionOutcome outcome) {
				ended.incrementAndGet();
				board.context.broadcast("typing", 1);
			}

		};
		this.harness = new ActorHarness(RARELY_SAVED, this.store,
				new ActorHarness.Neighbours(List.of(), List.of(), sender), board);
		this.harnesses.add(this.harness);
		Client ada = connect("ada");
		ada.connect();
		this.store.uncertain = "after";
		assertThatThrownBy(() -> this.harness.call(Board.class, "k", "toAll", "")).isNotNull();
		assertThat(ended).hasValue(1);
		assertThat(ada.names()).isEmpty();
	}

	/** Its own connection has left when it is stored. */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anEventToOthersOfADisconnectHookIsNotReplayedToItself(boolean killed) {
		Client ada = new Client("ada", UUID.randomUUID().toString(), Polite.class);
		ada.connect("left");
		ada.leave();
		if (killed) {
			kill();
		}
		ada.connect("left");
		assertThat(ada.outcome()).isEqualTo("resumed");
		assertThat(ada.names()).isEmpty();
	}

	/** Whether a client may have missed it does not depend on its subscriptions. */
	@Test
	void anEventWithoutSubscriptionThatWasDroppedIsMissedAfterAKill() {
		Client ada = connect("ada");
		ada.connect("said");
		ada.leave();
		this.harness.call(Board.class, "k", "rarelyToAll", 3);
		kill();
		ada.connect("said");
		assertThat(ada.outcome()).isEqualTo("resynced");
	}

	/** Before anything is stored. */
	@Test
	void anEventThatIsTooLongFailsAtItsSender() {
		Client ada = connect("ada");
		ada.maxMessageSize = 512 * 1024;
		ada.connect();
		this.harness.call(Board.class, "k", "flood", 1);
		assertThat(ada.events()).hasSize(4);
		ada.leave();
		ada.maxMessageSize = 256 * 1024;
		ada.connect();
		assertThatThrownBy(() -> this.harness.call(Board.class, "k", "flood", 1))
			.hasMessageContaining("Event `said` of Board[k] was not sent");
		this.harness.call(Board.class, "k", "toAll", "");
		assertThat(ada.events()).hasSize(1);
	}

	/** The next one has its own room. */
	@Test
	void aTurnThatSendsTooMuchIsRefused() {
		Client ada = connect("ada");
		ada.connect();
		assertThatThrownBy(() -> this.harness.call(Board.class, "k", "flood", 40)).hasMessageContaining("overloaded");
		this.harness.call(Board.class, "k", "toAll", "");
		assertThat(ada.events()).isNotEmpty();
	}

	/** Interleaved actions and those on event loops included. */
	@ParameterizedTest
	@ValueSource(strings = { "add", "addLater", "addAtOnce" })
	void everyActionIsSavedBeforeItsAnswerIfThatIsSet(String action) {
		ActorSettings sync = RARELY_SAVED.withState(new ActorSettings.StateSettings(true, 1000));
		ActorHarness synced = new ActorHarness(sync, this.store, new Counter());
		this.harnesses.add(synced);
		synced.call(Counter.class, "k", action);
		ActorHarness next = new ActorHarness(sync, this.store, new Counter());
		this.harnesses.add(next);
		assertThat(next.call(Counter.class, "k", "count").asInt()).isEqualTo(1);
	}

	@Test
	void aStateOverTheLimitIsRefusedAndUndone() {
		ActorSettings small = RARELY_SAVED.withState(new ActorSettings.StateSettings(false, 1000));
		ActorHarness limited = new ActorHarness(small, this.store, new Vault());
		this.harnesses.add(limited);
		limited.call(Vault.class, "k", "put", "little");
		assertThatThrownBy(() -> limited.call(Vault.class, "k", "put", "much".repeat(300)))
			.hasMessageContaining("max-size is 1000");
		assertThat(limited.call(Vault.class, "k", "get").asString()).isEqualTo("little");
	}

	@Test
	void aStoreWithoutHistoryStopsTheStart() {
		ActorStateStore plain = new DelegatingActorStateStore(new MemoryActorStateStore()) {

			@Override
			public boolean keepsHistory() {
				return false;
			}

		};
		assertThatThrownBy(() -> new ActorHarness(RARELY_SAVED, plain, new Board()))
			.isInstanceOf(IllegalStateException.class)
			.hasMessageContaining("Board")
			.hasMessageContaining("keepsHistory");
	}

	/** What it sends in the meantime is not stored. */
	@Test
	void aTimeWithoutDurableEventsEndsTheEpoch() {
		Client ada = connect("ada");
		ada.connect();
		this.harness.call(Board.class, "k", "toAll", "");
		Position last = ada.last();
		ActorHarness plain = new ActorHarness(RARELY_SAVED, this.store);
		this.harnesses.add(plain);
		plain.types()
			.register(new AnnotatedActorType("Board", Plain.class, new Plain(), RARELY_SAVED,
					new InvocationServices(plain.mapper(), plain.contracts(), InvocationServices.Neighbours.NONE)));
		plain.call(Board.class, "k", "say");
		kill();
		ada.connect();
		assertThat(ada.outcome()).isEqualTo("resynced");
		assertThat(ada.last().epoch()).isNotEqualTo(last.epoch());
		this.harness.call(Board.class, "k", "toAll", "");
		assertThat(ada.last().sequence()).isGreaterThan(last.sequence());
	}

	/** Only a stored instance: an event creates none. */
	@Test
	void anEventFromServerCodeWakesAStoredInstance() {
		Client ada = connect("ada");
		ada.connect();
		ada.leave();
		kill();
		Receipt receipt = this.harness.actors().get("Board", "k").broadcast("said", "from elsewhere");
		receipt.whenDone().block(ActorHarness.PATIENCE);
		Receipt nowhere = this.harness.actors().get("Board", "none").broadcast("said", "to no instance");
		nowhere.whenDone().block(ActorHarness.PATIENCE);
		assertThat(this.store.load(ActorHarness.address(Board.class, "none"))).isNull();
		kill();
		ada.connect();
		assertThat(ada.events()).hasSize(1);
	}

	/** A store in which the number of commits is counted. */
	private static final class CountingStore extends DelegatingActorStateStore {

		private final AtomicInteger loads = new AtomicInteger();

		private final AtomicInteger commits = new AtomicInteger();

		private volatile boolean failing;

		private volatile String uncertain = "";

		/** The last change with an uncertain outcome. */
		private volatile @Nullable Change lost;

		private static final class Uncertain extends IllegalStateException implements UncertainOutcome {

		}

		CountingStore() {
			super(new MemoryActorStateStore());
		}

		@Override
		public @Nullable StoredActor load(ActorAddress address) {
			this.loads.incrementAndGet();
			return super.load(address);
		}

		@Override
		public void commit(Change change) {
			if (this.failing) {
				throw new IllegalStateException("The disk is full");
			}
			String uncertain = this.uncertain;
			this.uncertain = "";
			if (uncertain.equals("before")) {
				this.lost = change;
				throw new Uncertain();
			}
			super.commit(change);
			if (uncertain.equals("after")) {
				throw new Uncertain();
			}
			this.commits.incrementAndGet();
		}

	}

	/** A client of the extended mode that resumes. */
	private final class Client implements Outbound {

		private final String user;

		private final String stream;

		private final Class<?> actor;

		private final List<ToClient> messages = Collections.synchronizedList(new ArrayList<>());

		private String id = "";

		private long calls;

		private int maxMessageSize = Integer.MAX_VALUE;

		Client(String user, String stream) {
			this(user, stream, Board.class);
		}

		Client(String user, String stream, Class<?> actor) {
			this.user = user;
			this.stream = stream;
			this.actor = actor;
		}

		void connect(String... events) {
			connectFrom(this.messages.isEmpty() ? null : last(), events);
		}

		void connectFrom(@Nullable Position resume, String... events) {
			List<ToServer.SubscriptionRequest> subscriptions = Stream
				.of((events.length > 0) ? events : new String[] { "said", "typing", "left" })
				.map((event) -> new ToServer.SubscriptionRequest(event, true))
				.toList();
			this.messages.clear();
			ConnectRequest request = ConnectRequest.extended(null, new Identity(() -> this.user, null),
					new StreamRequest(subscriptions, resume, (resume != null) ? StreamProof.PROVEN : StreamProof.NEW,
							this.stream, "secret", null, null, Duration.ofSeconds(10)));
			this.id = request.connectionId();
			DurableEventsTests.this.harness.connect(this.actor, "k", request, this);
		}

		void leave() {
			ActorHarness harness = DurableEventsTests.this.harness;
			harness.connections()
				.remove(this.id,
						() -> harness.directory().disconnected(ActorHarness.address(this.actor, "k"), this.id));
			harness.call(this.actor, "k", "size"); // a later turn
		}

		/** Returns the output, {@code null} for an error. */
		@Nullable JsonNode call(String action, String key) {
			long call = ++this.calls;
			ActorHarness harness = DurableEventsTests.this.harness;
			harness.directory()
				.deliver(ActorHarness.address(this.actor, "k"), this.id, new ToServer.ActionRequest(call, action,
						List.of(), new ToServer.CallOptions(false, null, key)));
			Awaitility.await().until(() -> answer(call) != null);
			return (answer(call) instanceof ToClient.ActionResponse response) ? response.output() : null;
		}

		/** Returns the error of the last call. */
		String lastError() {
			ToClient.Error error = (ToClient.Error) Objects.requireNonNull(answer(this.calls));
			return error.group() + "." + error.code();
		}

		private @Nullable ToClient answer(long call) {
			return all().stream()
				.filter((message) -> (message instanceof ToClient.ActionResponse response && response.id() == call)
						|| (message instanceof ToClient.Error error && error.actionId() != null
								&& error.actionId() == call))
				.findFirst()
				.orElse(null);
		}

		private List<ToClient> all() {
			synchronized (this.messages) {
				return List.copyOf(this.messages);
			}
		}

		List<String> names() {
			return all().stream()
				.filter(ToClient.Event.class::isInstance)
				.map((message) -> ((ToClient.Event) message).name())
				.toList();
		}

		List<String> events() {
			return names().stream().filter("said"::equals).toList();
		}

		long count(String event) {
			return names().stream().filter(event::equals).count();
		}

		List<String> gaps() {
			return all().stream()
				.filter(ToClient.Gap.class::isInstance)
				.flatMap((message) -> ((ToClient.Gap) message).events().stream())
				.filter((event) -> !event.equals("typing")) // declared as droppable
				.toList();
		}

		String outcome() {
			return all().stream()
				.filter(ToClient.Welcome.class::isInstance)
				.map((message) -> ((ToClient.Welcome) message).outcome().kind().name().toLowerCase(Locale.ROOT))
				.findFirst()
				.orElseThrow();
		}

		private static @Nullable Position positionOf(ToClient message) {
			return (message instanceof ToClient.Welcome welcome) ? welcome.position()
					: (message instanceof ToClient.Event event) ? event.position()
							: (message instanceof ToClient.KeepAlive alive) ? alive.position() : null;
		}

		/** Returns the position at which it was connected. */
		Position first() {
			return all().stream()
				.map(Client::positionOf)
				.filter((position) -> position != null)
				.findFirst()
				.orElseThrow();
		}

		Position last() {
			return all().stream()
				.map(Client::positionOf)
				.filter((position) -> position != null)
				.reduce((one, other) -> other)
				.orElseThrow();
		}

		@Override
		public Outcome send(OutgoingMessage message) {
			this.messages.add(message.message());
			return Outcome.QUEUED;
		}

		@Override
		public int sizeOf(OutgoingMessage message) {
			return message.encodedAs(Encoding.EXTENDED_JSON).length;
		}

		@Override
		public int maxMessageSize() {
			return this.maxMessageSize;
		}

		@Override
		public @Nullable CloseReason closeReason() {
			return null;
		}

		@Override
		public void close(CloseReason reason) {
		}

	}

	interface BoardEvents {

		void said(String text);

		@Volatile
		void typing(int number);

		@History(maxEvents = 2)
		void rare(int number);

	}

	@Actor(events = BoardEvents.class)
	@History(maxEvents = 100, durable = true)
	static class Board {

		private int refusals;

		private int runs;

		/** Of the last event to all. */
		private volatile ActorContext<int[], Void> context;

		@CreateState
		int[] create() {
			return new int[1];
		}

		@OnDisconnect
		void left(ActorContext<int[], Void> c) {
			c.broadcast("left", "one");
		}

		@OnWake
		void woken() {
		}

		@Action
		int size(ActorContext<int[], Void> c) {
			return c.state()[0];
		}

		@Action
		void toAll(ActorContext<int[], Void> c, String connection) {
			this.context = c;
			c.state()[0]++;
			c.broadcast("said", "all");
		}

		@Action
		void toOne(ActorContext<int[], Void> c, String connection) {
			c.to(c.conn(connection)).broadcast("said", "one");
		}

		@Action
		void toAllButOne(ActorContext<int[], Void> c, String connection) {
			c.except(c.conn(connection)).broadcast("said", "others");
		}

		@Action
		void toUser(ActorContext<int[], Void> c, String connection) {
			c.toUser("ada").broadcast("said", "ada");
		}

		@Action
		void toAllButUser(ActorContext<int[], Void> c, String connection) {
			c.exceptUser("ada").broadcast("said", "not ada");
		}

		@Action
		void tagged(ActorContext<int[], Void> c, String connection) {
			c.tagged("sport").broadcast("said", "tagged");
		}

		/** Without a subscription. */
		@Action
		void direct(ActorContext<int[], Void> c, String connection) {
			c.send("said", "direct");
		}

		@Action
		void byPredicate(ActorContext<int[], Void> c, String user) {
			c.where((connection) -> user.equals(connection.principal().getName())).broadcast("said", "chosen");
		}

		@Action
		void byFailingPredicate(ActorContext<int[], Void> c) {
			c.where((connection) -> {
				throw new IllegalStateException("on purpose");
			}).broadcast("said", "to none");
		}

		@Action
		void drops(ActorContext<int[], Void> c, int number) {
			for (int i = 0; i < number; i++) {
				c.broadcast("typing", i);
			}
		}

		@Action
		void mixture(ActorContext<int[], Void> c) {
			c.broadcast("typing", 1);
			c.broadcast("said", 1);
			c.broadcast("typing", 2);
			c.broadcast("said", 2);
		}

		@Action
		void rarely(ActorContext<int[], Void> c, int number) {
			for (int i = 0; i < number; i++) {
				c.broadcast("rare", i);
			}
		}

		/** Without a subscription. */
		@Action
		void rarelyToAll(ActorContext<int[], Void> c, int number) {
			for (int i = 0; i < number; i++) {
				c.send("rare", i);
			}
		}

		/** On a thread that is in no turn. */
		@Action
		void aside(ActorContext<int[], Void> c) throws Exception {
			Thread thread = new Thread(() -> c.broadcast("said", "aside"));
			thread.start();
			thread.join();
		}

		@Action
		void flood(ActorContext<int[], Void> c, int megabytes) {
			c.state()[0]++;
			for (int i = 0; i < megabytes * 4; i++) {
				c.broadcast("said", "x".repeat(256 * 1024));
			}
		}

		@Action
		void sleep(ActorContext<int[], Void> c) {
			c.sleep();
		}

		@Action(durable = true)
		int pay(ActorContext<int[], Void> c) {
			return ++c.state()[0];
		}

		@Action
		int refuse() {
			this.refusals++;
			throw new UserError("no_money", "The account is empty");
		}

		/** Its result has a part that cannot be written as JSON. */
		@Action
		Object unwritable(ActorContext<int[], Void> c) {
			this.runs++;
			c.state()[0]++;
			c.broadcast("said", "too early");
			return new Object() {

				public String getName() {
					throw new IllegalStateException("It has no name");
				}

			};
		}

		@Action
		int runs() {
			return this.runs;
		}

		@Action
		int refusals() {
			return this.refusals;
		}

	}

	@Actor
	@History(durable = true)
	static class Polite {

		@OnDisconnect
		void left(ActorContext<Void, Void> c, Connection<Void> connection) {
			c.except(connection).broadcast("left", "one");
		}

		@Action
		int size() {
			return 0;
		}

	}

	@Actor
	@History(durable = true)
	static class Greeter {

		@OnCreate
		void created(ActorContext<Void, Void> c) {
			c.broadcast("created", "one");
		}

		@Action
		int size() {
			return 0;
		}

	}

	static class Counter {

		@CreateState
		int[] create() {
			return new int[1];
		}

		@Action
		void add(ActorContext<int[], Void> c) {
			c.state()[0]++;
		}

		@Action(interleave = true)
		Mono<Void> addLater(ActorContext<int[], Void> c) {
			c.state()[0]++;
			return Mono.delay(Duration.ofMillis(1)).then();
		}

		@Action(blocking = false)
		void addAtOnce(ActorContext<int[], Void> c) {
			c.state()[0]++;
		}

		@Action
		int count(ActorContext<int[], Void> c) {
			return c.state()[0];
		}

	}

	static class Vault {

		@CreateState
		String[] create() {
			return new String[] { "" };
		}

		@Action(durable = true)
		void put(ActorContext<String[], Void> c, String text) {
			c.state()[0] = text;
		}

		@Action
		String get(ActorContext<String[], Void> c) {
			return c.state()[0];
		}

	}

	interface MixedEvents {

		@History(durable = true)
		void kept(int number);

	}

	@Actor(events = MixedEvents.class)
	static class Mixed {

		@Action
		int size() {
			return 0;
		}

		@Action
		void sleep(ActorContext<Void, Void> c) {
			c.sleep();
		}

		@Action
		void both(ActorContext<Void, Void> c) {
			c.broadcast("other", 1);
			c.broadcast("kept", 1);
		}

	}

	static class Plain {

		@Action
		void say(ActorContext<Void, Void> c) {
			c.broadcast("said", 1);
		}

	}

}
