/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.pending;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import io.rivetevents.actor.ActorAddress;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link EndedConnections}.
 */
class EndedConnectionsTests {

	private final List<Sinks.Empty<Void>> woken = new ArrayList<>();

	private final EndedConnections ended = new EndedConnections((ended) -> wake());

	private Mono<Void> wake() {
		Sinks.Empty<Void> done = Sinks.empty();
		this.woken.add(done);
		return done.asMono();
	}

	private void add(int number) {
		IntStream.range(0, number)
			.forEach((i) -> this.ended.add(new EndedConnections.Ended(ActorAddress.of("lobby", "k" + i), "c" + i)));
	}

	@Test
	void wakesALimitedNumberAtOnce() {
		add(1000);
		assertThat(this.woken).hasSize(EndedConnections.MAX_AT_ONCE);
		this.woken.get(7).tryEmitEmpty();
		assertThat(this.woken).hasSize(EndedConnections.MAX_AT_ONCE + 1);
	}

	@Test
	void wakesAllInTheEnd() {
		add(1000);
		for (int i = 0; i < this.woken.size(); i++) {
			this.woken.get(i).tryEmitEmpty();
		}
		assertThat(this.woken).hasSize(1000);
		add(1);
		assertThat(this.woken).hasSize(1001);
	}

}
