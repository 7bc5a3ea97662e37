/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.explain.Delivery;
import io.rivetevents.invocation.ActorHarness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

class RecordingsTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final ActorAddress ROOM = ActorHarness.address(Room.class, "k");

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final ActorHarness harness = ActorHarness.withTimers(this.timers, ActorSettings.DEFAULTS,
			new MemoryActorStateStore(), new Room());

	private final Inspection inspection = this.harness.node().createInspection();

	private final Recordings recordings = this.inspection.recordings();

	@AfterEach
	void close() {
		this.harness.close();
	}

	private void say(String key) {
		this.harness.call(Room.class, key, "say", "hi");
	}

	private Instant record(ActorAddress address) {
		return this.recordings.record(address, MINUTE).block(ActorHarness.PATIENCE);
	}

	private int recorded(String key) {
		return this.recordings.log().explain(ActorHarness.address(Room.class, key)).deliveries().size();
	}

	@Test
	void recordsOneInstanceAndItsConnections() {
		this.harness.connectExtended(Room.class, "k", "said");
		this.harness.connectExtended(Room.class, "other", "said");
		assertThat(record(ROOM)).isEqualTo(this.recordings.endOf(ROOM)).isNotNull();
		this.harness.connectExtended(Room.class, "k");
		say("k");
		say("other");
		assertThat(this.recordings.log().explain(ROOM, "said")).extracting((delivery) -> delivery.steps().get(0).kind())
			.containsExactlyInAnyOrder(Delivery.Kind.TARGETED, Delivery.Kind.NOT_SUBSCRIBED);
		assertThat(recorded("other")).isZero();
		assertThat(this.recordings.size()).isEqualTo(1);
		assertThat(this.recordings.areForAll()).isFalse();
	}

	@Test
	void endsAfterItsTime() {
		this.harness.connectExtended(Room.class, "k", "said");
		record(ROOM);
		say("k");
		this.timers.advanceTimeBy(MINUTE);
		await().until(() -> this.recordings.endOf(ROOM) == null);
		say("k");
		assertThat(recorded("k")).isEqualTo(1);
		assertThat(this.recordings.size()).isZero();
	}

	@Test
	void aSecondRecordingLastsLonger() {
		this.harness.connectExtended(Room.class, "k", "said");
		record(ROOM);
		this.timers.advanceTimeBy(MINUTE.dividedBy(2));
		Instant end = record(ROOM);
		this.timers.advanceTimeBy(MINUTE.minusSeconds(1));
		say("k");
		assertThat(this.recordings.endOf(ROOM)).isEqualTo(end);
		assertThat(recorded("k")).isEqualTo(1);
	}

	@Test
	void endsWithTheInstance() {
		this.harness.connectExtended(Room.class, "k", "said");
		record(ROOM);
		assertThat(this.inspection.sleep(ROOM).block(ActorHarness.PATIENCE)).isTrue();
		this.harness.connectExtended(Room.class, "k", "said");
		say("k");
		assertThat(this.recordings.endOf(ROOM)).isNull();
		assertThat(recorded("k")).isZero();
	}

	@Test
	void recordsNoMoreThanAHundredInstances() {
		assertThat(record(ROOM)).isNull(); // it is not in memory
		for (int i = 0; i < Recordings.MAX_INSTANCES; i++) {
			say("k" + i);
			assertThat(record(ActorHarness.address(Room.class, "k" + i))).isNotNull();
		}
		say("k");
		assertThatIllegalStateException().isThrownBy(() -> record(ROOM));
		assertThat(record(ActorHarness.address(Room.class, "k0"))).isNotNull();
		assertThatIllegalArgumentException().isThrownBy(() -> this.recordings.record(ROOM, Duration.ofHours(2)));
	}

	@Test
	void instancesThatHaveLeftMemoryKeepNoPlaces() {
		for (int i = 0; i < Recordings.MAX_INSTANCES; i++) {
			say("k" + i);
			record(ActorHarness.address(Room.class, "k" + i));
		}
		assertThat(this.inspection.sleep(ActorHarness.address(Room.class, "k0")).block(ActorHarness.PATIENCE)).isTrue();
		assertThat(this.recordings.size()).isEqualTo(Recordings.MAX_INSTANCES - 1);
		say("k0"); // another instance, which is not recorded
		say("k");
		assertThat(record(ROOM)).isNotNull();
		assertThat(this.recordings.size()).isEqualTo(Recordings.MAX_INSTANCES);
	}

	static final class Room {

		@Action
		void say(ActorContext<?, ?> context, String text) {
			context.broadcast("said", text);
		}

	}

}
