/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Limits of clients whose actor is on another node. They may have two unanswered calls
 * and three subscriptions.
 */
class LinkLimitsTests {

	private final Limits limits = new Limits(settings());

	private final ClientUsage usage = this.limits.connect(null, false);

	private final TestCluster cluster = new TestCluster(3, new Random(1),
			() -> new Object[] { new LinksTests.Room(), new LinksTests.Board() });

	private final TestCluster.Node gateway = this.cluster.nodes.get(2);

	private final ActorAddress room = this.cluster.address("Room");

	private static LimitSettings settings() {
		LimitSettings defaults = LimitSettings.DEFAULTS;
		return new LimitSettings(new LimitSettings.Connection(2, 1 << 20, 3, 1 << 20, 1000), defaults.instance(),
				defaults.principal(), defaults.tenant(), defaults.address(), defaults.node(), List.of(),
				defaults.times(), defaults.rates());
	}

	private TestClient client() {
		TestClient client = TestClient.counted(this.usage, this.gateway, this.room, "said");
		this.cluster.settle();
		return client;
	}

	@Test
	void rejectsCallsBeyondTheLimit() {
		TestClient ada = client();
		IntStream.rangeClosed(1, 3).forEach((id) -> ada.call(id, "say", "text " + id));
		assertThat(ada.told()).containsExactly("Init fresh", "overloaded 3");
		assertThat(ada.all("Error").get(0).at("/metadata/channel").stringValue()).isEqualTo("limits.connection.calls");
		this.cluster.settle();
		assertThat(ada.told()).endsWith("text 1", "answer 1", "text 2", "answer 2");
		assertThat(this.usage.pendingBytes()).isZero();
		ada.call(4, "say", "text 4");
		this.cluster.settle();
		assertThat(ada.told()).endsWith("text 4", "answer 4");
	}

	@Test
	void countsACallUntilItsOutcomeIsUnknown() {
		TestClient ada = client();
		ada.call(1, "say", "one");
		ada.call(2, "say", "two");
		this.cluster.kill(this.cluster.nodes.get(0));
		assertThat(ada.told()).endsWith("outcome_unknown 1", "outcome_unknown 2");
		assertThat(this.usage.pendingBytes()).isZero();
		this.cluster.settle();
		ada.call(3, "say", "three");
		this.cluster.settle();
		assertThat(ada.told()).endsWith("three", "answer 3");
	}

	@Test
	void rejectsSubscriptionsBeyondTheLimit() {
		TestClient ada = client();
		ada.subscribe("shouted");
		ada.subscribe("other");
		ada.subscribe("more");
		this.cluster.settle();
		assertThat(ada.all("SubscriptionResponse")).filteredOn((each) -> each.has("error"))
			.hasSize(1)
			.allSatisfy((each) -> {
				assertThat(each.path("eventName").stringValue()).isEqualTo("more");
				assertThat(each.at("/error/code").stringValue()).isEqualTo("too_many_subscriptions");
			});
		ada.send(new ToServer.SubscriptionRequest("other", false));
		ada.subscribe("more");
		this.cluster.settle();
		assertThat(ada.all("SubscriptionResponse")).filteredOn((each) -> each.has("error")).hasSize(1);
	}

	@Test
	void countsNothingAfterTheEndOfTheConnection() {
		TestClient ada = client();
		ada.subscribe("shouted");
		ada.call(1, "say", "one");
		assertThat(this.limits.subscriptions().used()).isPositive();
		this.usage.close();
		ada.leave();
		this.cluster.settle();
		assertThat(this.usage.pendingBytes()).isZero();
		assertThat(this.limits.subscriptions().used()).isZero();
		assertThat(this.limits.connections()).isZero();
	}

	/** Its actor and its gateway are on one node, and one of them counts. */
	@Test
	void countsACallOnceAfterTheActorHasMovedToTheNodeOfTheClient() {
		TestClient ada = client();
		this.cluster.kill(this.cluster.nodes.get(0));
		this.cluster.settle();
		this.cluster.kill(this.cluster.nodes.get(1));
		this.cluster.settle();
		ada.call(1, "wait");
		ada.call(2, "wait");
		this.cluster.settle();
		assertThat(ada.all("Error")).isEmpty();
		ada.call(3, "wait");
		assertThat(ada.told()).endsWith("overloaded 3");
	}

}
