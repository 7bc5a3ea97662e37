/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class MemoryActorStateStoreTests {

	private final ByteBudget budget = Limits.defaults().stored();

	private final SettableClock clock = new SettableClock();

	private final MemoryActorStateStore store = new MemoryActorStateStore(this.budget, this.clock);

	private static StoredActor actor(String key, long version, int stateBytes) {
		return StoredActor.builder("id-" + key, ActorAddress.of("room", key))
			.version(version)
			.state(new byte[stateBytes])
			.build();
	}

	@Test
	void countsWhatItKeeps() {
		this.store.save(actor("a", 1, 1000), 0);
		assertThat(this.budget.used()).isBetween(1000L, 2000L);
		this.store.save(actor("a", 2, 5000), 1);
		assertThat(this.budget.used()).isBetween(5000L, 6000L);
		this.store.delete(actor("a", 2, 0));
		assertThat(this.budget.used()).isZero();
	}

	@Test
	void refusesANewInstanceWhenItIsFull() {
		this.store.save(actor("a", 1, 1000), 0);
		this.budget.acquire(this.budget.max());
		RivetException refusal = catchThrowableOfType(RivetException.class,
				() -> this.store.save(actor("b", 1, 1000), 0));
		assertThat(refusal.code()).isEqualTo("overloaded");
		assertThat(this.store.load(ActorAddress.of("room", "b"))).isNull();
		this.store.save(actor("a", 2, 2000), 1);
		assertThat(this.store.load(ActorAddress.of("room", "a")).version()).isEqualTo(2);
	}

	@Test
	void countsEventsAndAnswers() {
		this.store.save(actor("a", 1, 0), 0);
		long plain = this.budget.used();
		this.store.commit(Change.of(actor("a", 2, 0), 1)
			.withEvents(List.of(event(1, 1000), event(2, 1000)), List.of())
			.withAnswers(List.of(answer("k", 1000))));
		assertThat(this.budget.used() - plain).isBetween(3000L, 4000L);
		this.store.commit(Change.of(actor("a", 3, 0), 2)
			.withEvents(List.of(), List.of(1L, 7L))
			.withAnswers(List.of(answer("k", 0))));
		assertThat(this.budget.used() - plain).isBetween(1000L, 2000L);
		this.store.delete(actor("a", 3, 0));
		assertThat(this.budget.used()).isZero();
	}

	@Test
	void countsSchedules() {
		this.store.save(actor("a", 1, 0), 0);
		long plain = this.budget.used();
		this.store.commit(Change.of(actor("a", 2, 0), 1)
			.withSchedules(List.of(schedule("s", 1000), schedule("t", 1000)), List.of()));
		assertThat(this.budget.used() - plain).isBetween(2000L, 3000L);
		this.store
			.commit(Change.of(actor("a", 3, 0), 2).withSchedules(List.of(schedule("s", 0)), List.of("t", "absent")));
		assertThat(this.budget.used() - plain).isBetween(200L, 400L);
		this.store.postpone(new DueSchedule(Instant.EPOCH, "id-a", "s"), Instant.MAX);
		this.store.commit(Change.of(actor("a", 4, 0), 3).withSchedules(List.of(), List.of("s")));
		assertThat(this.budget.used()).isEqualTo(plain);
		this.store.commit(Change.of(actor("a", 5, 0), 4).withSchedules(List.of(schedule("s", 1000)), List.of()));
		this.store.delete(actor("a", 5, 0));
		assertThat(this.budget.used()).isZero();
		assertThat(this.store.due(Instant.MAX, null, 10)).isEmpty();
	}

	@Test
	void replacesSchedulesWhenItIsFull() {
		this.store.commit(Change.of(actor("a", 1, 1000), 0)
			.withSchedules(List.of(schedule("s", 1000), schedule("t", 0)), List.of()));
		this.budget.acquire(this.budget.max() - this.budget.used());
		this.store.commit(Change.of(actor("a", 2, 1000), 1).withSchedules(List.of(schedule("s", 1000)), List.of("t")));
		assertThat(this.store.schedules("id-a")).extracting(StoredSchedule::id).containsExactly("s");
	}

	/** Otherwise a schedule could neither run nor fail any more: a failure has a text. */
	@Test
	void replacesAScheduleByALongerOneWhenItIsFull() {
		this.store.commit(Change.of(actor("a", 1, 0), 0).withSchedules(List.of(schedule("s", 0)), List.of()));
		this.budget.acquire(this.budget.max() - this.budget.used());
		this.store.commit(Change.of(actor("a", 2, 0), 1).withSchedules(List.of(schedule("s", 100)), List.of()));
		assertThat(this.store.schedules("id-a").get(0).body()).hasSize(100);
		assertThat(this.budget.used()).isEqualTo(this.budget.max() + 100);
	}

	@Test
	void refusesEventsAnswersAndSchedulesWhenItIsFull() {
		this.store.save(actor("a", 1, 1000), 0);
		this.budget.acquire(this.budget.max() - this.budget.used());
		for (Change change : List.of(Change.of(actor("a", 2, 1), 1).withEvents(List.of(event(1, 1000)), List.of()),
				Change.of(actor("a", 2, 1), 1).withAnswers(List.of(answer("k", 1000))),
				Change.of(actor("a", 2, 1), 1).withSchedules(List.of(schedule("s", 1000)), List.of()))) {
			RivetException refusal = catchThrowableOfType(RivetException.class, () -> this.store.commit(change));
			assertThat(refusal.code()).isEqualTo("overloaded");
			assertThat(refusal.metadata()).isEqualTo(Map.of("channel", "limits.node.stored-size", "operation", "save"));
			assertThat(this.store.load(ActorAddress.of("room", "a")).version()).isOne();
			assertThat(this.store.events("id-a", 10)).isEmpty();
			assertThat(this.store.answer("id-a", "k")).isNull();
			assertThat(this.store.schedules("id-a")).isEmpty();
			assertThat(this.budget.used()).isEqualTo(this.budget.max());
		}
	}

	@Test
	void releasesWhatHasExpiredWithLaterChanges() {
		this.store.save(actor("a", 1, 0), 0);
		long plain = this.budget.used();
		this.store.commit(Change.of(actor("a", 2, 0), 1)
			.withEvents(List.of(event(1, 1000)), List.of())
			.withAnswers(List.of(answer("k", 1000))));
		this.clock.advance(Duration.ofMinutes(1));
		long version = 2;
		for (int i = 0; i < 3; i++) {
			this.store.commit(Change.of(actor("a", version + 1, 0), version).withEvents(List.of(), List.of(99L)));
			version++;
		}
		assertThat(this.budget.used()).isEqualTo(plain);
	}

	@Test
	void releasesWhatHasExpiredBeforeItRefuses() {
		this.store.commit(Change.of(actor("a", 1, 0), 0).withEvents(List.of(event(1, 5000)), List.of()));
		this.budget.acquire(this.budget.max() - this.budget.used());
		assertThat(catchThrowable(() -> this.store.save(actor("b", 1, 1000), 0))).isInstanceOf(RivetException.class);
		this.clock.advance(Duration.ofMinutes(1));
		this.store.save(actor("b", 1, 1000), 0);
		assertThat(this.store.load(ActorAddress.of("room", "b"))).isNotNull();
	}

	private StoredEvent event(long position, int bytes) {
		return new StoredEvent(position, position - 1, this.clock.instant(), this.clock.instant().plusSeconds(60),
				"event", "all", new byte[bytes]);
	}

	private StoredAnswer answer(String key, int bytes) {
		return new StoredAnswer(key, this.clock.instant().plusSeconds(60), new byte[bytes]);
	}

	private static StoredSchedule schedule(String id, int bytes) {
		return new StoredSchedule(id, Instant.EPOCH, 0, "action", new byte[bytes]);
	}

	private static final class SettableClock extends Clock {

		private Instant now = Instant.EPOCH;

		void advance(Duration time) {
			this.now = this.now.plus(time);
		}

		@Override
		public Instant instant() {
			return this.now;
		}

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

	}

}
