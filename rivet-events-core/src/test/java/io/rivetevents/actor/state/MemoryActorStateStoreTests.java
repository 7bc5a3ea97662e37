/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class MemoryActorStateStoreTests {

	private final ByteBudget budget = Limits.defaults().stored();

	private final MemoryActorStateStore store = new MemoryActorStateStore(this.budget);

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
		this.store.delete(ActorAddress.of("room", "a"), 2);
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

}
