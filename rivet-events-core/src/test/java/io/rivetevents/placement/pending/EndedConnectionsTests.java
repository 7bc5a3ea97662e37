/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.pending;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

	private static final int MAX = EndedConnections.MAX_AT_ONCE;

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
		assertThat(this.woken).hasSize(MAX);
		this.woken.get(7).tryEmitEmpty();
		assertThat(this.woken).hasSize(MAX + 1);
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

	@Test
	void aFailureEndsNoOther() {
		add(1);
		this.woken.get(0).tryEmitError(new IllegalStateException("test"));
		add(MAX);
		assertThat(this.woken).hasSize(1 + MAX);
	}

	@Test
	void aThreadDoesNotWaitForAnother() throws Exception {
		CountDownLatch waking = new CountDownLatch(1);
		CountDownLatch added = new CountDownLatch(1);
		CompletableFuture<Boolean> inTime = new CompletableFuture<>();
		EndedConnections slow = new EndedConnections((ended) -> Mono.fromCallable(() -> {
			waking.countDown();
			return inTime.complete(added.await(10, TimeUnit.SECONDS));
		}).then());
		CompletableFuture<Void> first = CompletableFuture
			.runAsync(() -> slow.add(new EndedConnections.Ended(ActorAddress.of("lobby", "a"), "a")));
		assertThat(waking.await(30, TimeUnit.SECONDS)).isTrue();
		slow.add(new EndedConnections.Ended(ActorAddress.of("lobby", "b"), "b"));
		added.countDown();
		first.get(30, TimeUnit.SECONDS);
		assertThat(inTime).isCompletedWithValue(true);
	}

}
