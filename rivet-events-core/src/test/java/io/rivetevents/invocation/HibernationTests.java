/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredConnection;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.CreateVars;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.annotation.OnSleep;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Receipt;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Instances that sleep while clients are connected, on one thread and with a time of
 * their own. A harness that is left without being closed is a process that was killed.
 */
class HibernationTests {

	private static final Duration SLEEP = Duration.ofSeconds(31);

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final FailingStore store = new FailingStore();

	private final Lobby lobby = new Lobby();

	private ActorHarness harness;

	@BeforeEach
	void start() {
		this.harness = ActorHarness.withClock(this.timers, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC), this.store,
				new ActorHarness.Neighbours(List.of(), List.of(), ActorObserver.NONE), this.lobby, new Closing());
	}

	@AfterEach
	void close() {
		this.timers.dispose();
	}

	private void sleep() {
		this.timers.advanceTimeBy(SLEEP);
		assertThat(this.harness.node().size()).isZero();
	}

	private RecordedOutbound connect(String name) {
		return this.harness.connect(Lobby.class, "k", name);
	}

	private void send(Outbound client, String id, long call, String action, Object... args) {
		this.harness.directory()
			.deliver(ActorHarness.address(Lobby.class, "k"), id, this.harness.request(call, action, args));
	}

	private void subscribe(RecordedOutbound client, String event) {
		this.harness.directory()
			.deliver(ActorHarness.address(Lobby.class, "k"), client.connectionId(),
					new ToServer.SubscriptionRequest(event, true));
	}

	private JsonNode answer(RecordedOutbound client, long call) {
		return client.messages(ToClient.ActionResponse.class)
			.stream()
			.filter((response) -> response.id() == call)
			.map(ToClient.ActionResponse::output)
			.findFirst()
			.orElseThrow();
	}

	private void end(String connectionId) {
		this.harness.connections()
			.remove(connectionId,
					() -> this.harness.directory().disconnected(ActorHarness.address(Lobby.class, "k"), connectionId));
	}

	private List<StoredConnection> rows() {
		StoredActor stored = Objects.requireNonNull(this.store.load(ActorHarness.address(Lobby.class, "k")));
		return this.store.connections(stored.actorId());
	}

	// Sleep and wake

	@Test
	void sleepsWithOpenConnectionsAndWakesForAMessage() {
		RecordedOutbound ada = connect("ada");
		sleep();
		assertThat(this.lobby.calls).containsExactly("wake", "connect ada", "sleep");
		assertThat(rows()).extracting(StoredConnection::id).containsExactly(ada.connectionId());
		send(ada, ada.connectionId(), 1, "whoAmI");
		assertThat(answer(ada, 1).stringValue()).isEqualTo("ada");
		assertThat(this.lobby.calls).containsExactly("wake", "connect ada", "sleep", "wake");
		assertThat(ada.closed()).isEmpty();
		assertThat(ada.messages(ToClient.Init.class)).hasSize(1);
	}

	@Test
	void keepsConnectionStateAndMakesNewVariables() {
		RecordedOutbound ada = connect("ada");
		send(ada, ada.connectionId(), 1, "rename", "eve");
		send(ada, ada.connectionId(), 2, "count");
		send(ada, ada.connectionId(), 3, "count");
		assertThat(answer(ada, 3).intValue()).isEqualTo(2);
		sleep();
		send(ada, ada.connectionId(), 4, "whoAmI");
		send(ada, ada.connectionId(), 5, "count");
		assertThat(answer(ada, 4).stringValue()).isEqualTo("eve");
		assertThat(answer(ada, 5).intValue()).isOne();
	}

	@Test
	void keepsSubscriptions() {
		RecordedOutbound ada = connect("ada");
		this.harness.directory()
			.deliver(ActorHarness.address(Lobby.class, "k"), ada.connectionId(),
					new ToServer.SubscriptionRequest("said", true));
		sleep();
		this.harness.call(Lobby.class, "k", "say", "hello");
		assertThat(ada.messages(ToClient.Event.class)).hasSize(1);
	}

	@Test
	void aBroadcastFromOutsideWakesTheInstance() {
		RecordedOutbound ada = connect("ada");
		sleep();
		Receipt receipt = this.harness.actors().get("Lobby", "k").send("said", "hello");
		assertThat(ada.messages(ToClient.Event.class)).hasSize(1);
		assertThat(receipt.targeted()).isOne();
	}

	@Test
	void aConnectionThatWasKeptSendsThroughTheWokenInstance() {
		RecordedOutbound ada = connect("ada");
		Connection<?> kept = this.harness.connections().members().find(ada.connectionId());
		sleep();
		kept.send("said", "hello");
		kept.send("said", "again");
		assertThat(ada.messages(ToClient.Event.class)).hasSize(2);
		assertThat(this.harness.node().size()).isOne();
	}

	@Test
	void aContextThatWasKeptSendsThroughTheWokenInstance() {
		RecordedOutbound ada = connect("ada");
		subscribe(ada, "said");
		this.harness.call(Lobby.class, "k", "keep");
		sleep();
		Receipt first = this.lobby.kept.broadcast("said", "hello");
		Receipt second = this.lobby.kept.broadcast("said", "again");
		assertThat(ada.messages(ToClient.Event.class)).hasSize(2);
		assertThat(List.of(first.targeted(), second.targeted())).containsExactly(1, 1);
		assertThat(this.harness.node().size()).isOne();
	}

	@Test
	void aContextThatWasKeptSendsThroughTheNextInstance() {
		this.harness.call(Lobby.class, "k", "keep");
		sleep();
		assertThat(this.lobby.kept.broadcast("said", "nobody").targeted()).isZero();
		assertThat(this.harness.node().size()).isZero();
		RecordedOutbound ada = connect("ada");
		subscribe(ada, "said");
		assertThat(this.lobby.kept.broadcast("said", "hello").targeted()).isOne();
	}

	/** On real threads: the instance may leave between the look-up and the event. */
	@Test
	void noEventIsLostWhileTheInstanceFallsAsleep() {
		Lobby actor = new Lobby();
		try (ActorHarness threads = new ActorHarness(ActorSettings.DEFAULTS, actor)) {
			threads.connect(Lobby.class, "k", "ada");
			ActorHandle lobby = threads.actors().get("Lobby", "k");
			lobby.call("keep", Void.class).block(ActorHarness.PATIENCE);
			List<Receipt> sent = new ArrayList<>();
			for (int round = 0; round < 500; round++) {
				lobby.call("sleepNow", Void.class).subscribe();
				sent.add(lobby.send("said", round));
				sent.add(Objects.requireNonNull(actor.kept).send("said", round));
			}
			sent.forEach((receipt) -> receipt.whenDone().block(ActorHarness.PATIENCE));
			assertThat(sent).extracting(Receipt::targeted).containsOnly(1);
		}
	}

	@Test
	void aCallDuringTheSleepHookIsAnsweredAfterTheWake() {
		RecordedOutbound ada = connect("ada");
		this.lobby.whileFallingAsleep = () -> {
			send(ada, ada.connectionId(), 1, "whoAmI");
			send(ada, ada.connectionId(), 2, "count");
		};
		this.timers.advanceTimeBy(SLEEP);
		assertThat(answer(ada, 1).stringValue()).isEqualTo("ada");
		assertThat(answer(ada, 2).intValue()).isOne();
		assertThat(this.lobby.calls).containsExactly("wake", "connect ada", "sleep", "wake");
		sleep();
	}

	@Test
	void aSubscriptionDuringTheSleepHookIsKept() {
		RecordedOutbound ada = connect("ada");
		this.lobby.whileFallingAsleep = () -> this.harness.directory()
			.deliver(ActorHarness.address(Lobby.class, "k"), ada.connectionId(),
					new ToServer.SubscriptionRequest("said", true));
		this.timers.advanceTimeBy(SLEEP);
		this.harness.call(Lobby.class, "k", "say", "hello");
		assertThat(ada.messages(ToClient.Event.class)).hasSize(1);
	}

	@Test
	void aSleepThatIsRequestedKeepsConnections() {
		RecordedOutbound ada = connect("ada");
		send(ada, ada.connectionId(), 1, "sleepNow");
		assertThat(this.harness.node().size()).isZero();
		assertThat(ada.closed()).isEmpty();
	}

	@Test
	void doesNotSleepWhileConnectionsPreventIt() {
		RecordedOutbound ada = this.harness.connect(Closing.class, "k", null);
		this.timers.advanceTimeBy(SLEEP);
		assertThat(this.harness.node().size()).isOne();
		assertThat(ada.closed()).isEmpty();
	}

	@Test
	void sleepsAgainAndWritesOnlyWhatHasChanged() {
		RecordedOutbound ada = connect("ada");
		RecordedOutbound bob = connect("bob");
		sleep();
		send(ada, ada.connectionId(), 1, "rename", "eve");
		this.store.written.clear();
		sleep();
		assertThat(this.store.written).containsExactly(ada.connectionId());
		assertThat(rows()).extracting(StoredConnection::id)
			.containsExactlyInAnyOrder(ada.connectionId(), bob.connectionId());
	}

	/** Server code and clients call again after this error at their own risk. */
	@Test
	void aCallThatEndsAfterTheSleepHasAnUnknownOutcome() {
		RecordedOutbound ada = connect("ada");
		send(ada, ada.connectionId(), 1, "later");
		send(ada, ada.connectionId(), 2, "sleepNow");
		this.timers.advanceTimeBy(Duration.ofSeconds(4));
		assertThat(this.harness.node().size()).isZero();
		this.lobby.later.tryEmitValue("done");
		assertThat(ada.messages(ToClient.ActionResponse.class)).extracting(ToClient.ActionResponse::id)
			.containsExactly(2L);
		assertThat(ada.messages(ToClient.Error.class)).extracting(ToClient.Error::code)
			.containsExactly("outcome_unknown");
	}

	@Test
	void aRequestedSleepWaitsForCallsInProgress() {
		RecordedOutbound ada = connect("ada");
		send(ada, ada.connectionId(), 1, "later");
		send(ada, ada.connectionId(), 2, "sleepNow");
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.harness.node().size()).isOne();
		this.lobby.later.tryEmitValue("done");
		assertThat(answer(ada, 1).stringValue()).isEqualTo("done");
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.harness.node().size()).isZero();
	}

	@Test
	void aCallThroughAConnectionWakesTheInstance() {
		RecordedOutbound ada = connect("ada");
		Connection<?> kept = this.harness.connections().members().find(ada.connectionId());
		sleep();
		assertThat(this.harness.actors().get("Lobby", "k").predict(kept, "whoAmI", String.class).block())
			.isEqualTo("ada");
	}

	@Test
	void theEndOfTheNodeDuringTheSleepHookDoesNotRepeatTheHook() {
		RecordedOutbound ada = connect("ada");
		this.lobby.whileFallingAsleep = () -> this.harness.node().stop().subscribe();
		this.timers.advanceTimeBy(SLEEP);
		assertThat(this.lobby.calls).containsExactly("wake", "connect ada", "sleep", "disconnect ada");
		assertThat(ada.closed()).containsExactly(CloseReason.of(ErrorCode.RESTARTING));
		assertThat(rows()).isEmpty();
	}

	// Ends of connections

	@Test
	void aConnectionThatEndsDuringTheSleepIsDisconnectedOnce() {
		RecordedOutbound ada = connect("ada");
		RecordedOutbound bob = connect("bob");
		sleep();
		this.lobby.calls.clear();
		end(ada.connectionId());
		end(ada.connectionId());
		assertThat(this.lobby.calls).containsExactly("wake", "disconnect ada");
		sleep();
		assertThat(rows()).extracting(StoredConnection::id).containsExactly(bob.connectionId());
		send(bob, bob.connectionId(), 1, "names");
		assertThat(answer(bob, 1)).hasSize(1);
		assertThat(Collections.frequency(this.lobby.calls, "disconnect ada")).isOne();
	}

	@Test
	void aConnectionThatEndsDuringTheSleepHookIsDisconnectedOnce() {
		RecordedOutbound ada = connect("ada");
		connect("bob");
		this.lobby.whileFallingAsleep = () -> end(ada.connectionId());
		this.timers.advanceTimeBy(SLEEP);
		assertThat(Collections.frequency(this.lobby.calls, "disconnect ada")).isOne();
		sleep();
		assertThat(rows()).hasSize(1);
	}

	@Test
	void theRowOfAnEndedConnectionIsRemovedWithTheState() {
		RecordedOutbound ada = connect("ada");
		sleep();
		end(ada.connectionId());
		this.timers.advanceTimeBy(Duration.ofSeconds(2));
		assertThat(rows()).isEmpty();
		assertThat(new String(Objects.requireNonNull(this.store.load(ActorHarness.address(Lobby.class, "k")).state())))
			.contains("ada");
	}

	@Test
	void anEndIsRetriedWhileTheStoreIsAway() {
		RecordedOutbound ada = connect("ada");
		RecordedOutbound bob = connect("bob");
		sleep();
		this.lobby.calls.clear();
		this.store.away = true;
		end(ada.connectionId());
		send(bob, bob.connectionId(), 1, "names");
		assertThat(bob.messages(ToClient.Error.class)).extracting(ToClient.Error::code).containsExactly("unavailable");
		assertThat(bob.closed()).isEmpty();
		assertThat(this.lobby.calls).isEmpty();
		this.store.away = false;
		this.timers.advanceTimeBy(Duration.ofSeconds(6));
		assertThat(this.lobby.calls).containsExactly("wake", "disconnect ada");
		send(bob, bob.connectionId(), 2, "names");
		assertThat(answer(bob, 2)).hasSize(1);
	}

	@Test
	void oneRetryIsWaitingWhileTheStoreIsAway() {
		RecordedOutbound ada = connect("ada");
		RecordedOutbound bob = connect("bob");
		sleep();
		this.store.away = true;
		end(ada.connectionId());
		for (int call = 1; call <= 10; call++) {
			send(bob, bob.connectionId(), call, "names");
		}
		this.store.loads = 0;
		this.timers.advanceTimeBy(Duration.ofSeconds(16));
		assertThat(this.store.loads).isEqualTo(3);
	}

	@Test
	void connectionsOfAKilledProcessAreDisconnectedOnceAtTheNextWake() {
		connect("ada");
		this.harness.connectUser(Lobby.class, "k", "bob");
		sleep();
		this.lobby.calls.clear();
		start();
		assertThat(this.harness.call(Lobby.class, "k", "names")).isEmpty();
		assertThat(this.lobby.calls).startsWith("wake")
			.containsExactlyInAnyOrder("wake", "disconnect ada", "disconnect bob of bob");
		sleep();
		assertThat(rows()).isEmpty();
		start();
		this.lobby.calls.clear();
		this.harness.call(Lobby.class, "k", "names");
		assertThat(this.lobby.calls).containsExactly("wake");
	}

	@Test
	void aKillBeforeTheSaveRepeatsTheHookWithTheStateBeforeIt() {
		connect("ada");
		sleep();
		start();
		this.harness.call(Lobby.class, "k", "names");
		start(); // killed before the next save
		assertThat(this.harness.call(Lobby.class, "k", "left")).hasSize(1);
	}

	/** Which is found out by the generation that is stored. */
	@Test
	void connectionsThatAnotherNodeHasEndedAreClosedWithoutTheirHook() {
		RecordedOutbound ada = connect("ada");
		sleep();
		ActorHarness first = this.harness;
		start();
		this.harness.call(Lobby.class, "k", "names");
		sleep();
		this.harness = first;
		this.lobby.calls.clear();
		send(ada, ada.connectionId(), 1, "names");
		assertThat(this.lobby.calls).containsExactly("wake");
		assertThat(ada.closed()).containsExactly(CloseReason.of(ErrorCode.RESTARTING));
	}

	@Test
	void connectionsOfADeletedInstanceAreClosed() {
		RecordedOutbound ada = connect("ada");
		sleep();
		delete();
		this.lobby.calls.clear();
		send(ada, ada.connectionId(), 1, "names");
		assertThat(ada.closed()).containsExactly(CloseReason.of(ErrorCode.DESTROYING));
		assertThat(this.lobby.calls).isEmpty();
		assertThat(this.harness.node().size()).isZero();
	}

	@Test
	void connectionsOfADeletedInstanceDoNotContinueAtTheNextOne() {
		RecordedOutbound ada = connect("ada");
		sleep();
		delete();
		ActorHarness first = this.harness;
		start();
		this.harness.call(Lobby.class, "k", "names");
		sleep();
		this.harness = first;
		this.lobby.calls.clear();
		send(ada, ada.connectionId(), 1, "names");
		assertThat(ada.closed()).containsExactly(CloseReason.of(ErrorCode.DESTROYING));
		assertThat(this.lobby.calls).containsExactly("wake");
		assertThat(this.harness.call(Lobby.class, "k", "names")).isEmpty();
	}

	@Test
	void positionsOfADeletedInstanceDoNotContinueAtTheNextOne() {
		Stream client = new Stream();
		client.connect(null);
		this.harness.call(Lobby.class, "k", "say", "one");
		Position before = client.last();
		sleep();
		delete();
		client.connect(before);
		assertThat(client.outcome()).isEqualTo(ToClient.ResumeOutcome.Kind.RESYNCED);
	}

	private void delete() {
		StoredActor stored = this.store.load(ActorHarness.address(Lobby.class, "k"));
		this.store.delete(stored);
	}

	@Test
	void destroyingWakesAndDisconnects() {
		RecordedOutbound ada = connect("ada");
		sleep();
		this.harness.directory()
			.destroy(new ActorTarget.Get(ActorHarness.address(Lobby.class, "k")))
			.block(ActorHarness.PATIENCE);
		assertThat(this.lobby.calls).endsWith("wake", "disconnect ada");
		assertThat(ada.closed()).containsExactly(CloseReason.of(ErrorCode.DESTROYING));
	}

	@Test
	void theEndOfTheNodeClosesConnections() {
		RecordedOutbound ada = connect("ada");
		sleep();
		this.harness.node().stop().block(ActorHarness.PATIENCE);
		assertThat(ada.closed()).containsExactly(CloseReason.of(ErrorCode.RESTARTING));
		assertThat(this.harness.connections().members().size()).isZero();
		start();
		this.harness.call(Lobby.class, "k", "names");
		assertThat(Collections.frequency(this.lobby.calls, "disconnect ada")).isOne();
	}

	// Positions

	@Test
	void positionsGoOn() {
		Stream client = new Stream();
		client.connect(null);
		this.harness.call(Lobby.class, "k", "say", "one");
		Position before = client.last();
		sleep();
		this.harness.directory().keepAlive(ActorHarness.address(Lobby.class, "k"), client.id);
		assertThat(client.messages).last().isEqualTo(new ToClient.KeepAlive(before));
		assertThat(this.harness.node().size()).isZero();
		this.harness.call(Lobby.class, "k", "say", "two");
		assertThat(client.last()).isEqualTo(new Position(before.epoch(), before.sequence() + 1));
	}

	@Test
	void aClientThatHasHandledAllResumesAfterTheSleep() {
		Stream client = new Stream();
		client.connect(null);
		this.harness.call(Lobby.class, "k", "say", "one");
		Position before = client.last();
		sleep();
		client.connect(before);
		assertThat(client.outcome()).isEqualTo(ToClient.ResumeOutcome.Kind.RESUMED);
		this.harness.call(Lobby.class, "k", "say", "two");
		assertThat(client.last().sequence()).isEqualTo(before.sequence() + 1);
		assertThat(this.lobby.calls).contains("disconnect null");
	}

	@Test
	void aClientThatHasMissedEventsIsResynced() {
		Stream client = new Stream();
		client.connect(null);
		this.harness.call(Lobby.class, "k", "say", "one");
		Position before = client.last();
		this.harness.call(Lobby.class, "k", "say", "two");
		sleep();
		client.connect(before);
		assertThat(client.outcome()).isEqualTo(ToClient.ResumeOutcome.Kind.RESYNCED);
	}

	/** Or a client whose position is from before would miss the newer events. */
	@Test
	void positionsOfAnotherNodeBeginANewHistory() {
		Stream client = new Stream();
		client.connect(null);
		List.of("one", "two", "three").forEach((text) -> this.harness.call(Lobby.class, "k", "say", text));
		Position before = client.last();
		sleep();
		ActorHarness first = this.harness;
		start();
		this.harness.call(Lobby.class, "k", "names");
		sleep();
		this.harness = first;
		client.connect(before);
		assertThat(client.outcome()).isEqualTo(ToClient.ResumeOutcome.Kind.RESYNCED);
		this.harness.call(Lobby.class, "k", "say", "four");
		Position after = client.last();
		assertThat(after.epoch()).isNotEqualTo(before.epoch());
		this.harness.call(Lobby.class, "k", "say", "five");
		client.connect(after);
		assertThat(client.outcome()).isEqualTo(ToClient.ResumeOutcome.Kind.RESUMED);
	}

	// Limits

	@Test
	void staysInMemoryIfItsConnectionsAreTooLarge() {
		RecordedOutbound ada = connect("ada");
		send(ada, ada.connectionId(), 1, "rename", "x".repeat(5 * 1024 * 1024));
		this.timers.advanceTimeBy(SLEEP.multipliedBy(2));
		assertThat(this.harness.node().size()).isOne();
		assertThat(this.lobby.calls).doesNotContain("sleep");
		send(ada, ada.connectionId(), 2, "rename", "short");
		sleep();
	}

	@Test
	void staysInMemoryIfItCannotBeSaved() {
		RecordedOutbound ada = connect("ada");
		this.store.away = true;
		this.timers.advanceTimeBy(SLEEP);
		assertThat(this.harness.node().size()).isOne();
		send(ada, ada.connectionId(), 1, "whoAmI");
		assertThat(answer(ada, 1).stringValue()).isEqualTo("ada");
		this.store.away = false;
		this.timers.advanceTimeBy(SLEEP);
		sleep();
	}

	@Test
	void requiresAStoreThatKeepsConnections() {
		DelegatingActorStateStore plain = new DelegatingActorStateStore(this.store) {

			@Override
			public boolean keepsConnections() {
				return false;
			}

		};
		assertThatIllegalStateException()
			.isThrownBy(() -> ActorHarness.withClock(this.timers, Clock.systemUTC(), plain,
					new ActorHarness.Neighbours(List.of(), List.of(), ActorObserver.NONE), new Lobby()))
			.withMessageContaining("keepsConnections");
	}

	@Actor(hibernate = true)
	static class Lobby {

		final List<String> calls = new CopyOnWriteArrayList<>();

		Runnable whileFallingAsleep = () -> {
		};

		final Sinks.One<String> later = Sinks.one();

		@Nullable ActorContext<State, Member> kept;

		static class State {

			public List<String> left = new ArrayList<>();

		}

		static class Member {

			public String name = "";

		}

		static class Counter {

			int value;

		}

		@CreateState
		State createState() {
			return new State();
		}

		@CreateConnState
		Member createConnState(@ConnParams @Nullable String name) {
			Member member = new Member();
			member.name = String.valueOf(name);
			return member;
		}

		@CreateVars
		Counter createVars() {
			return new Counter();
		}

		@OnWake
		void onWake() {
			this.calls.add("wake");
		}

		@OnSleep
		void onSleep() {
			this.calls.add("sleep");
			Runnable work = this.whileFallingAsleep;
			this.whileFallingAsleep = () -> {
			};
			work.run();
		}

		@OnConnect
		void onConnect(Connection<Member> connection) {
			this.calls.add("connect " + connection.state().name);
		}

		@OnDisconnect
		void onDisconnect(ActorContext<State, Member> c, Connection<Member> connection) {
			String user = (connection.principal() != null) ? " of " + connection.principal().getName() : "";
			this.calls.add("disconnect " + connection.state().name + user);
			c.state().left.add(connection.state().name);
		}

		@Action
		String whoAmI(Connection<Member> connection) {
			return connection.state().name;
		}

		@Action
		void rename(Connection<Member> connection, String name) {
			connection.state().name = name;
		}

		@Action
		int count(ActorContext<State, Member> c) {
			return ++c.vars(Counter.class).value;
		}

		@Action
		List<String> names(ActorContext<State, Member> c) {
			return c.conns().stream().filter((conn) -> !conn.isStateless()).map((conn) -> conn.state().name).toList();
		}

		@Action
		List<String> left(ActorContext<State, Member> c) {
			return c.state().left;
		}

		@Action
		void say(ActorContext<State, Member> c, String text) {
			c.broadcast("said", text);
		}

		@Action(interleave = true)
		Mono<String> later() {
			return this.later.asMono();
		}

		@Action
		void keep(ActorContext<State, Member> c) {
			this.kept = c;
		}

		@Action
		void sleepNow(ActorContext<State, Member> c) {
			c.sleep();
		}

	}

	@Actor
	static class Closing {

		@Action
		void noop() {
		}

	}

	/** A client of the extended mode, which subscribes to one event. */
	private final class Stream implements Outbound {

		private final String stream = "stream";

		private final List<ToClient> messages = new ArrayList<>();

		private String id = "";

		void connect(Position resume) {
			ConnectRequest request = ConnectRequest.extended(null, Identity.ANONYMOUS,
					new StreamRequest(List.of(new ToServer.SubscriptionRequest("said", true)), resume,
							(resume != null) ? StreamRequest.StreamProof.PROVEN : StreamRequest.StreamProof.NEW,
							this.stream, "secret", null, null, Duration.ofSeconds(10)));
			this.id = request.connectionId();
			HibernationTests.this.harness.connect(Lobby.class, "k", request, this);
		}

		ToClient.ResumeOutcome.Kind outcome() {
			return this.messages.stream()
				.filter(ToClient.Welcome.class::isInstance)
				.map(ToClient.Welcome.class::cast)
				.reduce((first, second) -> second)
				.orElseThrow()
				.outcome()
				.kind();
		}

		Position last() {
			return this.messages.stream()
				.filter(ToClient.Event.class::isInstance)
				.map((message) -> ((ToClient.Event) message).position())
				.reduce((first, second) -> second)
				.orElseThrow();
		}

		@Override
		public Outcome send(OutgoingMessage message) {
			this.messages.add(message.message());
			return Outcome.QUEUED;
		}

		@Override
		public void close(CloseReason reason) {
		}

	}

	/** Fails on order, and records the connections that are written. */
	private static final class FailingStore extends DelegatingActorStateStore {

		private final List<String> written = new ArrayList<>();

		private int loads;

		private boolean away;

		FailingStore() {
			super(new MemoryActorStateStore());
		}

		@Override
		public StoredActor load(ActorAddress address) {
			this.loads++;
			checkPresent();
			return super.load(address);
		}

		@Override
		public void commit(Change change) {
			checkPresent();
			super.commit(change);
			change.connections().forEach((connection) -> this.written.add(connection.id()));
		}

		private void checkPresent() {
			if (this.away) {
				throw new IllegalStateException("The store is away");
			}
		}

	}

}
