/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

class ScheduleRunnerTests {

	private static final Instant NOW = Instant.parse("2026-11-27T08:00:00Z");

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	/** Runs that have not ended, by the id of the instance and of the schedule. */
	private final Map<String, Sinks.One<Instant>> running = new TreeMap<>();

	private final List<DueSchedule> due = new ArrayList<>();

	private int searches;

	private final List<DueSchedule> postponed = new ArrayList<>();

	private final ScheduleRunner runner = new ScheduleRunner(new Store(), this::run, this.timers,
			Schedulers.immediate(), Clock.fixed(NOW, ZoneOffset.UTC), new ScheduleSettings(true, 10, 2));

	private final class Store extends DelegatingActorStateStore {

		Store() {
			super(new MemoryActorStateStore());
		}

		@Override
		public List<DueSchedule> due(Instant until, @Nullable DueSchedule after, int limit) {
			ScheduleRunnerTests.this.searches++;
			return (after == null) ? List.copyOf(ScheduleRunnerTests.this.due) : List.of();
		}

		@Override
		public void postpone(DueSchedule due, Instant until) {
			ScheduleRunnerTests.this.due.remove(due);
			ScheduleRunnerTests.this.postponed.add(due);
		}

	}

	private Mono<Instant> run(DueSchedule due) {
		Sinks.One<Instant> result = Sinks.one();
		assertThat(this.running.put(name(due), result)).isNull();
		return result.asMono();
	}

	private static String name(DueSchedule due) {
		return due.actorId() + "." + due.id();
	}

	private void add(String actorId, String... ids) {
		for (String id : ids) {
			this.due.add(new DueSchedule(NOW, actorId, id));
		}
	}

	private void end(String name, @Nullable Instant next) {
		this.due.removeIf((each) -> name(each).equals(name));
		Sinks.One<Instant> result = this.running.remove(name);
		if (next != null) {
			result.tryEmitValue(next);
		}
		else {
			result.tryEmitEmpty();
		}
	}

	private void fail(String name, ErrorCode code) {
		this.running.remove(name).tryEmitError(new RivetException(code));
	}

	private void pass(Duration time) {
		this.timers.advanceTimeBy(time);
	}

	@BeforeEach
	void second() {
		assertThat(this.timers.now(TimeUnit.NANOSECONDS)).isZero();
	}

	@Test
	void runsAsManyAsAreAllowedAtTheSameTime() {
		for (int i = 0; i < 6; i++) {
			add("actor" + i, "x");
		}
		this.runner.start();
		for (int i = 0; i < 4; i++) {
			assertThat(this.running).hasSize(2).containsKey("actor" + i + ".x");
			end("actor" + i + ".x", (i % 2 == 0) ? NOW.plus(Duration.ofHours(1)) : null);
		}
		assertThat(this.running).containsOnlyKeys("actor4.x", "actor5.x");
	}

	@Test
	void runsOneOfAnInstanceAfterTheOther() {
		add("busy", "a", "b", "c");
		add("other", "a");
		this.runner.start();
		assertThat(this.running).containsOnlyKeys("busy.a", "other.a");
		end("other.a", null);
		assertThat(this.running).containsOnlyKeys("busy.a");
		end("busy.a", null);
		assertThat(this.running).containsOnlyKeys("busy.b");
	}

	@Test
	void leavesRoomForOthers() {
		for (int i = 0; i < 300; i++) {
			add("busy", "x" + i);
		}
		add("other", "a");
		this.runner.start();
		assertThat(this.running).containsOnlyKeys("busy.x0", "other.a");
		end("other.a", null);
		for (int i = 0; i < 300; i++) {
			end("busy.x" + i, null);
			pass(Duration.ofSeconds(1));
		}
		assertThat(this.running).isEmpty();
	}

	@Test
	void searchesAgainOnlyWhenThereIsRoom() {
		for (int i = 0; i < 300; i++) {
			add("busy", "x" + i);
		}
		this.runner.start();
		int before = this.searches;
		for (int i = 0; i < 300; i++) {
			end("busy.x" + i, null);
		}
		assertThat(this.running).isEmpty();
		assertThat(this.searches - before).isBetween(3, 10);
	}

	@Test
	void repeatsWithPausesThatDouble() {
		add("actor", "x");
		this.runner.start();
		int seconds = 0;
		for (int pause : List.of(1, 2, 4, 8, 16, 30, 30)) {
			fail("actor.x", ErrorCode.STATE_UNAVAILABLE);
			pass(Duration.ofSeconds(pause).minusNanos(1));
			assertThat(this.running).as("after %d s", seconds).isEmpty();
			pass(Duration.ofNanos(1));
			assertThat(this.running).as("after %d s", seconds).containsOnlyKeys("actor.x");
			seconds += pause;
		}
		end("actor.x", null);
		add("actor", "x");
		pass(Duration.ofSeconds(1));
		fail("actor.x", ErrorCode.OVERLOADED);
		pass(Duration.ofSeconds(1));
		assertThat(this.running).containsOnlyKeys("actor.x");
		assertThat(this.postponed).isEmpty();
	}

	@Test
	void leavesThoseOfMissingActorsInTheStore() {
		add("actor", "x");
		this.runner.start();
		fail("actor.x", ErrorCode.ACTOR_NOT_REGISTERED);
		pass(Duration.ofSeconds(59));
		assertThat(this.running).isEmpty();
		pass(Duration.ofSeconds(1));
		assertThat(this.running).containsOnlyKeys("actor.x");
		assertThat(this.postponed).isEmpty();
	}

	@Test
	void postponesThoseOfInstancesThatCannotBeLoaded() {
		add("actor", "x");
		this.runner.start();
		fail("actor.x", ErrorCode.STATE_UNREADABLE);
		assertThat(this.postponed).hasSize(1);
	}

	/** A node with the schema of version 1 deletes an instance without its schedules. */
	@Test
	void postponesThoseWhoseInstanceDoesNotExist() {
		add("orphan", "x");
		add("other", "x");
		this.runner.start();
		fail("orphan.x", ErrorCode.ACTOR_NOT_FOUND);
		assertThat(this.postponed).containsExactly(new DueSchedule(NOW, "orphan", "x"));
		pass(Duration.ofSeconds(59));
		assertThat(this.running).containsOnlyKeys("other.x");
	}

	@Test
	void startsNoMoreAfterItsEnd() {
		add("actor", "a");
		this.runner.start();
		this.runner.stop();
		end("actor.a", NOW);
		add("actor", "b");
		pass(Duration.ofSeconds(5));
		assertThat(this.running).isEmpty();
		this.runner.start();
		assertThat(this.running).containsOnlyKeys("actor.b");
	}

}
