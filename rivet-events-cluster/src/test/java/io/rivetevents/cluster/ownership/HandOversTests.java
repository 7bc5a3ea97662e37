/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.ownership;

import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.state.StoredActor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What released instances have passed on.
 */
class HandOversTests {

	private static final ActorAddress ROOM = address(0);

	private final HandOvers handOvers = new HandOvers();

	private static ActorAddress address(int number) {
		return ActorAddress.of("room", "k" + number);
	}

	private static HandOver handOver(String id, long generation, int size) {
		return new HandOver(id, generation, "epoch", 1, new byte[size]);
	}

	private static StoredActor stored(String id, long generation) {
		return StoredActor.builder(id, ROOM).generation(generation).build();
	}

	@Test
	void areForTheInstanceThatHasPassedThemOnAndUsedOnce() {
		HandOver latest = handOver("id", 2, 2);
		this.handOvers.add(ROOM, handOver("id", 1, 1));
		this.handOvers.add(ROOM, latest);
		assertThat(this.handOvers.find(ROOM)).isSameAs(latest);
		assertThat(this.handOvers.take(stored("id", 2))).isSameAs(latest);
		assertThat(this.handOvers.take(stored("id", 2))).isNull();
	}

	@Test
	void areOfNoUseAfterAnotherNodeHasWokenTheInstance() {
		this.handOvers.add(ROOM, handOver("id", 2, 1));
		assertThat(this.handOvers.take(stored("id", 3))).isNull();
		assertThat(this.handOvers.find(ROOM)).isNull();
		this.handOvers.add(ROOM, handOver("id", 2, 1));
		assertThat(this.handOvers.take(stored("another", 2))).isNull();
	}

	@Test
	void dropTheOldestBeyondTheirBytes() {
		int size = (int) (HandOvers.MAX_BYTES / 4);
		IntStream.range(0, 4).forEach((i) -> this.handOvers.add(address(i), handOver("id" + i, 1, size)));
		assertThat(this.handOvers.find(address(0))).isNull();
		assertThat(this.handOvers.find(address(1))).isNotNull();
		this.handOvers.remove(address(1));
		this.handOvers.add(address(4), handOver("id4", 1, size));
		assertThat(IntStream.range(2, 5).mapToObj(HandOversTests::address))
			.allMatch((each) -> this.handOvers.find(each) != null);
	}

}
