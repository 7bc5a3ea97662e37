/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.ownership;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.invocation.ActorHarness;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Moves from node a to node b, which has just joined, in virtual time.
 */
class FirstMoveTests {

	private static final int INSTANCES = 80;

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final Membership membership = new Membership("a");

	private final ClusterOwnership ownership = new ClusterOwnership(this.membership, (node, operation) -> Mono.never(),
			this.timers, Duration.ZERO);

	private final ActorHarness harness = ActorHarness.withOwnership(this.ownership, new MemoryActorStateStore(),
			new Room());

	/** Requests to node b to wake an instance, which it has not answered. */
	private final Queue<Sinks.Empty<Void>> woken = new ConcurrentLinkedQueue<>();

	private final PlannedMoves moves = new PlannedMoves(this.ownership, this.harness::node, this::wake, this.timers);

	private Mono<Void> wake(ActorAddress address) {
		Sinks.Empty<Void> answer = Sinks.empty();
		this.woken.add(answer);
		return answer.asMono();
	}

	@BeforeEach
	void joins() {
		see(1, "a");
		IntStream.range(0, INSTANCES)
			.forEach((i) -> this.harness.directory()
				.resolve(ActorHarness.target(Room.class, "k" + i))
				.block(ActorHarness.PATIENCE));
		see(2, "a", "b");
		this.moves.move().subscribe();
	}

	private void see(long number, String... nodes) {
		this.membership.apply(new ClusterView(number, List.of(nodes), Set.of()));
	}

	@AfterEach
	void close() {
		this.harness.close();
		this.timers.dispose();
	}

	@Test
	void othersFollowWhenTheFirstInstanceHasMoved() {
		assertThat(this.woken).hasSize(1);
		this.woken.element().tryEmitEmpty();
		Awaitility.await().until(() -> this.woken.size() == 1 + PlannedMoves.MAX_AT_ONCE_TO_NEW);
	}

	@Test
	void othersDoNotWaitForLongerThanASecond() {
		this.timers.advanceTimeBy(Duration.ofMillis(999));
		assertThat(this.woken).hasSize(1);
		this.timers.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.woken).hasSize(1 + PlannedMoves.MAX_AT_ONCE_TO_NEW);
	}

	@Actor
	static class Room {

		@Action
		String greet() {
			return "hello";
		}

	}

}
