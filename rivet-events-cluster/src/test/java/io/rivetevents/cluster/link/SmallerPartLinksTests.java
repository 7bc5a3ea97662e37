/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.time.Duration;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.membership.SmallerPart;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client of a node that is cut off from the node of its actor and from another one.
 */
class SmallerPartLinksTests {

	private final TestCluster cluster = new TestCluster(3, new Random(1),
			() -> new Object[] { new LinksTests.Room(), new LinksTests.Board() }, SmallerPart.WAIT,
			LinkTimes.DEFAULTS.withSmallerPart(Duration.ofSeconds(4)));

	private final TestCluster.Node third = this.cluster.nodes.get(2);

	private final ActorAddress room = this.cluster.address("Room");

	@Test
	void keepsItsSocketForSomeTime() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		this.cluster.settle();
		this.cluster.isolate(this.third);
		this.cluster.pass(Duration.ofMillis(3900));
		assertThat(ada.isOpen()).isTrue();
		this.cluster.pass(Duration.ofMillis(200));
		assertThat(ada.isOpen()).isFalse();
	}

	@Test
	void isConnectedAgainWhenTheNodesHaveJoined() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		this.cluster.settle();
		this.cluster.isolate(this.third);
		this.cluster.pass(Duration.ofMillis(3900));
		this.cluster.showView(this.cluster.nodes);
		this.cluster.pass(Duration.ofSeconds(20));
		assertThat(ada.isOpen()).isTrue();
		assertThat(ada.told()).first().isEqualTo("Init fresh");
		ada.call(1, "say", "hi");
		this.cluster.settle();
		assertThat(ada.told()).endsWith("hi", "answer 1");
	}

}
