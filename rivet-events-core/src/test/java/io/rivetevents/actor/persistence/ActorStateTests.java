/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.time.Clock;
import java.time.Duration;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.schedule.InstanceSchedules;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.scheduling.DueQueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ActorStateTests {

	private static final int MAX_SIZE = 100;

	private static final long INTERVAL = Duration.ofMillis(500).toNanos();

	private final ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());

	private final FailingStore store = new FailingStore();

	private final ActorState state = new ActorState(this.store, this.mapper,
			StateFormat.initial(this.mapper.declared(String.class)), MAX_SIZE, (before, after) -> {
			}, new InstanceSchedules(ActorAddress.of("room", "k"), this.store, Clock.systemUTC(), 1, () -> {
			}, (stored) -> {
			}), new DueQueue(VirtualTimeScheduler.create()).register((now) -> {
			}), Clock.systemUTC());

	@BeforeEach
	void start() {
		this.state.begin(StoredActor.builder("an-id", ActorAddress.of("room", "k")).build(), "first");
		this.state.insert((stored) -> {
		});
	}

	/** A change whose commit fails and is undone, as that of a durable action. */
	private void failAndUndo(String value, long now) {
		ActorState.Mark before = this.state.mark();
		this.state.set(value);
		assertThatThrownBy(() -> this.state.saveOrCheck(now)).isNotNull();
		this.state.restore(before);
		this.state.endTurn(now);
	}

	private void change(String value, long now) {
		this.state.set(value);
		this.state.endTurn(now);
	}

	@Test
	void aChangeWaitsWhileTheStoreFailsThoughTheFailedChangesAreUndone() {
		this.store.failing = true;
		failAndUndo("second", 0);
		failAndUndo("second", 0);
		change("third", 0);
		assertThat(this.state.isDue(Duration.ofMillis(1900).toNanos(), INTERVAL)).isFalse();
		assertThat(this.state.isDue(Duration.ofSeconds(2).toNanos(), INTERVAL)).isTrue();
		this.store.failing = false;
		this.state.save(Duration.ofSeconds(2).toNanos());
		change("fourth", Duration.ofSeconds(3).toNanos());
		assertThat(this.state.isDue(Duration.ofSeconds(3).toNanos() + INTERVAL, INTERVAL)).isTrue();
	}

	/** Otherwise a client could delay the changes of the others by calls that fail. */
	@Test
	void aChangeThatCannotBeWrittenAndIsUndoneDelaysNoOther() {
		change("second", 0);
		failAndUndo("x".repeat(MAX_SIZE), INTERVAL - 1);
		assertThat(this.state.isDue(INTERVAL, INTERVAL)).isTrue();
		assertThat(this.state.peek()).isEqualTo("second");
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
