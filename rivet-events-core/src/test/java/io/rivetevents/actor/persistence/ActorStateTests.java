/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

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
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.scheduling.DueQueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ActorStateTests {

	private static final ActorAddress ADDRESS = ActorAddress.of("room", "k");

	private static final int MAX_SIZE = 100;

	private static final long INTERVAL = Duration.ofMillis(500).toNanos();

	private final ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());

	private final FailingStore store = new FailingStore();

	private final ActorState state = new ActorState(this.store, this.mapper,
			StateFormat.initial(this.mapper.declared(String.class)), MAX_SIZE, (before, after) -> {
			}, new InstanceSchedules(ADDRESS, this.store, Clock.systemUTC(), 1, () -> "id", () -> {
			}, (stored) -> {
			}), new DueQueue(VirtualTimeScheduler.create()).register((now) -> {
			}), Clock.systemUTC());

	@BeforeEach
	void start() {
		this.state.begin(StoredActor.builder("an-id", ADDRESS).build(), "first");
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

	/** The transaction may wait for a lock of the thread that saves. */
	@Test
	void aSaveWaitsForATransactionNoLongerThanForTheStore() {
		change("second", 0);
		this.store.timeout = Duration.ofMillis(20);
		this.state.enterTransaction(0);
		assertThat(CompletableFuture.runAsync(() -> this.state.save(INTERVAL))).failsWithin(Duration.ofSeconds(30))
			.withThrowableThat()
			.havingCause()
			.isInstanceOfSatisfying(RivetException.class,
					(ex) -> assertThat(ex.code()).isEqualTo(ErrorCode.STATE_UNAVAILABLE.code()));
		this.state.endTransaction(false);
		this.state.leaveTransaction();
		assertThat(this.state.isDue(INTERVAL, INTERVAL)).as("without a pause").isFalse();
		assertThat(this.state.isDue(INTERVAL + Duration.ofSeconds(1).toNanos(), INTERVAL)).isTrue();
		this.state.save(INTERVAL);
		assertThat(this.store.load(ADDRESS).state()).asString().isEqualTo("\"second\"");
	}

	/** A method that has timed out may leave its thread interrupted. */
	@Test
	void anInterruptedThreadSavesIfItNeedNotWait() {
		change("second", 0);
		Thread.currentThread().interrupt();
		try {
			this.state.save(INTERVAL);
		}
		finally {
			assertThat(Thread.interrupted()).isTrue();
		}
		assertThat(this.store.load(ADDRESS).state()).asString().isEqualTo("\"second\"");
	}

	@Test
	void aStartDoesNotContinueTheSavesOfOneThatHasFailed() {
		this.state.set("second");
		this.store.uncertain = true;
		assertThatThrownBy(() -> this.state.save(0)).isInstanceOf(UncertainSaveException.class);
		this.store.uncertain = false;
		this.state.reset();
		StoredActor found = this.store.load(ADDRESS);
		this.state.wake(found, UnaryOperator.identity());
		this.state.saveOrCheck(0);
		assertThat(this.store.load(ADDRESS).version()).isEqualTo(found.version() + 1);
	}

	private static final class FailingStore extends DelegatingActorStateStore {

		private boolean failing;

		private boolean uncertain;

		private volatile Duration timeout = Duration.ofSeconds(30);

		FailingStore() {
			super(new MemoryActorStateStore());
		}

		@Override
		public Duration timeout() {
			return this.timeout;
		}

		@Override
		public void commit(Change change) {
			if (this.uncertain) {
				throw new UncertainSaveException();
			}
			if (this.failing) {
				throw new IllegalStateException("The disk is full");
			}
			super.commit(change);
		}

	}

}
