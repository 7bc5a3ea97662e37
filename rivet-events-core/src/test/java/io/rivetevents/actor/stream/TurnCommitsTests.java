/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.actor.persistence.CreatorShare;
import io.rivetevents.actor.persistence.StateFormat;
import io.rivetevents.actor.persistence.StoredInstance;
import io.rivetevents.actor.schedule.InstanceSchedules;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.connection.Receipt;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.ConnectionIndex;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.explain.EventTaps;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.limit.Limits;
import io.rivetevents.scheduling.DueQueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TurnCommitsTests {

	private static final HistoryLimits DURABLE = new HistoryLimits(100, 1024 * 1024, Duration.ofMinutes(2), true);

	private static final ActorAddress ROOM = ActorAddress.of("room", "k");

	private final ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final DueQueue.Entry due = new DueQueue(this.timers).register((now) -> {
	});

	private final FailingStore store = new FailingStore();

	private final Copy copy = new Copy();

	@BeforeEach
	void start() {
		StoredActor created = StoredActor.builder("an-id", ROOM).build();
		this.copy.start(created);
		this.copy.state.insert((first) -> {
		});
	}

	private Receipt send(String name) {
		return this.copy.stream.dispatch(
				new AddressedEvent(Selection.ALL, true, name, List.of(StringNode.valueOf("x")), Set.of(), false), null);
	}

	/** It waits for a turn of its own, and another one begins before. */
	@Test
	void anEventSentBetweenTurnsDoesNotDependOnTheCommitOfTheNext() {
		Receipt before = send("before");
		this.copy.commits.beginTurn();
		ActorState.Mark mark = this.copy.state.mark();
		Receipt within = send("within");
		this.store.failing = true;
		assertThatThrownBy(() -> this.copy.commits.commit(mark, true, null)).hasMessage("The disk is full");
		this.store.failing = false;
		StepVerifier.create(within.whenDone()).verifyErrorMessage("The disk is full");
		assertThat(before.isDone()).isFalse();
		this.copy.commits.endTurn();
		StepVerifier.create(before.whenDone()).expectNext(before).verifyComplete();
		assertThat(this.store.events("an-id", 10)).extracting(StoredEvent::name).containsExactly("before");
	}

	/** It may be asked to replay before it notices that it has been replaced. */
	@Test
	void aReplacedCopyLoadsNoEventsOfANewerOne() {
		this.copy.commits.beginTurn();
		ActorState.Mark mark = this.copy.state.mark();
		send("ours");
		this.copy.commits.commit(mark, true, null);
		this.copy.commits.endTurn();
		StoredActor found = Objects.requireNonNull(this.store.load(ROOM));
		Copy replaced = new Copy();
		replaced.start(found);
		long reserved = replaced.state.stored().reserved();
		StoredEvent ours = this.store.events("an-id", 10).get(0);
		StoredEvent theirs = new StoredEvent(reserved + 1, ours.position(), ours.sentAt(), ours.expiresAt(), "theirs",
				ours.target(), ours.body());
		StoredActor newer = found.toBuilder().version(found.version() + 1).reserved(2 * reserved).build();
		this.store.commit(Change.of(newer, found.version()).withEvents(List.of(theirs), List.of()));
		replaced.commits.load();
		assertThat(this.store.events("an-id", 10)).hasSize(2);
		assertThat(replaced.stream.history().size()).isEqualTo(1);
	}

	/** It could not be saved, for example, and leaves memory later. */
	@Test
	void anInstanceThatStaysSendsItsEventsAgain() {
		List<String> passedOn = new ArrayList<>();
		this.copy.stream.handOver((event) -> {
			passedOn.add(event.event());
			return Receipt.NOBODY;
		});
		send("elsewhere");
		this.copy.stream.takeBack();
		Receipt here = send("here");
		this.copy.commits.beginTurn();
		this.copy.commits.endTurn();
		assertThat(passedOn).containsExactly("elsewhere");
		StepVerifier.create(here.whenDone()).expectNext(here).verifyComplete();
		assertThat(this.store.events("an-id", 10)).extracting(StoredEvent::name).containsExactly("here");
	}

	/** The instance in memory. */
	private final class Copy {

		private final EventStream stream = new EventStream(ROOM, new ConnectionIndex(), DURABLE,
				Limits.defaults().history(), System::nanoTime, TurnCommitsTests.this.due, new EventTaps(), "epoch");

		private final ActorState state = new ActorState(TurnCommitsTests.this.store, TurnCommitsTests.this.mapper,
				StateFormat.initial(TurnCommitsTests.this.mapper.declared(String.class)), 1000, (before, after) -> {
				}, new InstanceSchedules(ROOM, TurnCommitsTests.this.store, Clock.systemUTC(), 1, () -> "id", () -> {
				}, (stored) -> {
				}), TurnCommitsTests.this.due, Clock.systemUTC());

		private final StoredInstance stored = new StoredInstance(ROOM, this.state,
				new CreatorShare(ROOM, new HashMap<>(), TurnCommitsTests.this.store, Limits.defaults()),
				TurnCommitsTests.this.timers, TurnCommitsTests.this.timers, () -> {
				});

		private final TurnCommits commits = new TurnCommits(this.stream, this.state, this.stored,
				TurnCommitsTests.this.store, new TurnCommits.Events(true, DURABLE, Map.of(), Set.of()),
				Clock.systemUTC(), () -> {
				});

		void start(StoredActor found) {
			this.state.begin(this.commits.claim(found, found.toBuilder()).build(), "first");
			this.commits.begin();
		}

	}

	private static final class FailingStore extends DelegatingActorStateStore {

		private boolean failing;

		FailingStore() {
			super(new MemoryActorStateStore());
		}

		@Override
		public void commit(Change change) {
			if (this.failing) {
				throw new IllegalStateException("The disk is full");
			}
			super.commit(change);
		}

	}

}
