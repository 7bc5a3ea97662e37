/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.turn.RanTurn;
import io.rivetevents.actor.turn.TurnLog;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.invocation.ActorHarness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What an operator sees of the last turns of an instance.
 */
class InspectedTurnsTests {

	private static final ActorAddress ROOM = ActorHarness.address(Room.class, "k");

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final Room room = new Room();

	private final ActorHarness harness = ActorHarness.withTimers(this.timers, ActorSettings.DEFAULTS,
			new MemoryActorStateStore(), this.room);

	private final Inspection inspection = this.harness.node().createInspection();

	@AfterEach
	void close() {
		this.room.released.countDown();
		this.harness.close();
	}

	private List<RanTurn> turns() {
		return this.inspection.describe(ROOM).block(ActorHarness.PATIENCE).turns();
	}

	private void call(String action, Object... args) {
		this.harness.call(Room.class, "k", action, args);
	}

	@Test
	void areKeptFromTheFirstDescription() {
		call("open");
		assertThat(turns()).isEmpty();
		call("open");
		this.harness.connectUser(Room.class, "k", "ada");
		List<RanTurn> turns = turns();
		assertThat(turns).extracting(RanTurn::calls).containsExactly(List.of("hook connect"), List.of("action open"));
		assertThat(turns).allSatisfy((turn) -> {
			assertThat(turn.error()).isNull();
			assertThat(turn.duration()).isNotNull();
			assertThat(turn.waited()).isGreaterThanOrEqualTo(Duration.ZERO);
		});
	}

	@Test
	void haveTheirFirstFailure() {
		call("open");
		turns();
		for (String action : List.of("refuse", "refuseLater", "fail")) {
			assertThatExceptionOfType(RivetException.class).isThrownBy(() -> call(action));
		}
		assertThat(turns()).extracting(RanTurn::error)
			.containsExactly(IllegalStateException.class.getName(), "user.later", "user.not_now");
	}

	@Test
	void nameTheirSchedule() {
		call("open");
		turns();
		call("plan");
		Awaitility.await().until(() -> {
			this.timers.advanceTimeBy(Duration.ofSeconds(1));
			return turns().get(0).calls().contains("action open");
		});
		assertThat(turns().get(0).calls()).hasSize(2).first().asString().startsWith("schedule ");
	}

	@Test
	void includeTheOneThatRuns() throws InterruptedException {
		call("open");
		turns();
		CompletableFuture<JsonNode> call = this.harness.directory()
			.call(new ActorTarget.GetOrCreate(ROOM, null), null, this.harness.request(0, "block"))
			.toFuture();
		this.room.blocked.await();
		CompletableFuture<InstanceReport> described = this.inspection.describe(ROOM).toFuture();
		this.timers.advanceTimeBy(Duration.ofSeconds(2));
		InstanceReport report = described.join();
		assertThat(report.status()).isEqualTo(InstanceStatus.BUSY);
		assertThat(report.turns().get(0).calls()).containsExactly("action block");
		assertThat(report.turns().get(0).duration()).isNull();
		this.room.released.countDown();
		call.join();
	}

	@Test
	void areTheLastOnes() {
		call("open");
		turns();
		for (int i = 0; i <= TurnLog.MAX_TURNS; i++) {
			call("open");
		}
		assertThat(turns()).hasSize(TurnLog.MAX_TURNS);
	}

	@Test
	void areNotKeptAnyMoreAfterAWhile() {
		call("open");
		turns();
		call("open");
		this.timers.advanceTimeBy(Duration.ofSeconds(20));
		call("open");
		assertThat(turns()).isEmpty();
	}

	@Test
	void areKeptWhileTheInstanceIsRecorded() {
		call("open");
		this.inspection.recordings().record(ROOM, Duration.ofMinutes(10)).block(ActorHarness.PATIENCE);
		this.timers.advanceTimeBy(Duration.ofSeconds(20));
		call("open");
		assertThat(turns()).hasSize(1);
	}

	static final class Room {

		private final CountDownLatch blocked = new CountDownLatch(1);

		private final CountDownLatch released = new CountDownLatch(1);

		@OnConnect
		void connect() {
		}

		@Action
		void open() {
		}

		@Action
		void refuse() {
			throw new UserError("not_now", "Not now");
		}

		@Action
		Mono<String> refuseLater() {
			return Mono.error(new UserError("later", "Not now"));
		}

		@Action
		void fail() {
			throw new IllegalStateException("secret");
		}

		@Action
		void plan(ActorContext<?, ?> context) {
			context.schedule().after(Duration.ofMillis(1), "open");
		}

		@Action
		void block() throws InterruptedException {
			this.blocked.countDown();
			this.released.await();
		}

	}

}
