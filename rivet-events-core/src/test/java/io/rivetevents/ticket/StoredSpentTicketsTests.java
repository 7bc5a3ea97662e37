/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;

import static org.assertj.core.api.Assertions.assertThat;

class StoredSpentTicketsTests {

	private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

	private final AtomicReference<Instant> now = new AtomicReference<>(START);

	private final MemoryActorStateStore store = new MemoryActorStateStore();

	private final SpentTickets spent = spentTickets();

	private SpentTickets spentTickets() {
		return new StoredSpentTickets(this.store, Schedulers.immediate(), this.now::get);
	}

	@Test
	void acceptsTheFirstUseOnAllNodes() {
		assertThat(spend(this.spent, "a", 30)).isTrue();
		assertThat(spend(this.spent, "a", 30)).isFalse();
		assertThat(spend(spentTickets(), "a", 30)).isFalse();
		assertThat(spend(spentTickets(), "b", 30)).isTrue();
	}

	@Test
	void deletesTicketsAMinuteAfterTheyHaveExpired() {
		IntStream.range(0, 250).forEach((i) -> spend(this.spent, "old" + i, 30));
		spend(this.spent, "late", 31);
		this.now.set(START.plusSeconds(90));
		spend(this.spent, "b", 200);
		assertThat(stored()).hasSize(252);
		this.now.set(START.plusSeconds(121));
		spend(this.spent, "c", 200);
		assertThat(stored()).containsExactly("b", "c");
	}

	private boolean spend(SpentTickets tickets, String id, long seconds) {
		return tickets.spend(id, START.plusSeconds(seconds)).block(Duration.ofSeconds(10));
	}

	private List<String> stored() {
		return this.store.list(StoredSpentTickets.NAMESPACE, "used", null, 1000)
			.stream()
			.map(StoredActor::actorId)
			.toList();
	}

}
