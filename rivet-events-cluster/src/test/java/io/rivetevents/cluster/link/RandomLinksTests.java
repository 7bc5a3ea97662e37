/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.contract.History;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients of an actor with a durable history, over random resets of sessions and the loss
 * of the owner, with frames of different nodes in any order.
 */
class RandomLinksTests {

	private static final int SEEDS = 200;

	@Test
	void eachClientReceivesEachEventOnceAndInOrder() {
		for (int seed = 0; seed < SEEDS; seed++) {
			new Run(seed).check();
		}
	}

	/** One run. */
	private static final class Run {

		private final int seed;

		private final Random random;

		private final TestCluster cluster;

		private final ActorAddress board;

		private final List<TestClient> clients = new ArrayList<>();

		private final List<String> expected = new ArrayList<>(List.of("Init fresh"));

		private TestCluster.Node owner;

		Run(int seed) {
			this.seed = seed;
			this.random = new Random(seed);
			this.cluster = new TestCluster(3, this.random, () -> new Object[] { new Board() });
			this.board = this.cluster.address("Board");
			this.owner = this.cluster.nodes.get(0);
			for (int i = 0; i < 4; i++) {
				TestCluster.Node gateway = this.cluster.nodes.get(1 + i % 2);
				this.clients.add(TestClient.extended("user" + i, gateway, this.board, "said"));
			}
			this.cluster.settle();
		}

		void check() {
			for (int step = 0; step < 40; step++) {
				step();
			}
			this.cluster.pass(Duration.ofSeconds(2));
			for (TestClient client : this.clients) {
				assertThat(client.told()).as("seed %d", this.seed).containsExactlyElementsOf(this.expected);
				assertThat(client.isOpen()).isTrue();
			}
		}

		private void step() {
			switch (this.random.nextInt(12)) {
				case 0 -> reset();
				case 1 -> kill();
				case 2 -> this.cluster.pass(Duration.ofMillis(this.random.nextInt(200)));
				case 3, 4, 5, 6 -> say();
				default -> this.cluster.deliverOne();
			}
		}

		private void say() {
			String text = "text " + this.expected.size();
			this.expected.add(text);
			this.owner.harness.call(Board.class, this.board.key().parts().get(0), "say", text);
		}

		private void reset() {
			List<TestCluster.Node> others = this.cluster.nodes.stream()
				.filter((node) -> node.alive && node != this.owner)
				.toList();
			this.cluster.reset(this.owner, others.get(this.random.nextInt(others.size())));
		}

		private void kill() {
			if (this.owner == this.cluster.nodes.get(0) && this.random.nextInt(4) == 0) {
				this.cluster.kill(this.owner);
				this.owner = this.cluster.nodes.get(1);
			}
		}

	}

	@History(durable = true)
	static class Board {

		@Action
		void say(ActorContext<?, ?> c, String text) {
			c.broadcast("said", text);
		}

	}

}
