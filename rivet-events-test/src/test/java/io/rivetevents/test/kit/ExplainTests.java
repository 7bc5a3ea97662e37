/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

import io.rivetevents.explain.Delivery;
import io.rivetevents.explain.Delivery.Kind;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.ActorTest;

import static io.rivetevents.test.TestUser.user;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Explanations of events by the tester.
 */
@ActorTest
class ExplainTests {

	@Autowired
	private ActorTester tester;

	@Test
	void explainsWhoHasReceivedAnEvent() {
		TestConnection one = this.tester.connect("room", "x").as(user("one")).subscribe("said");
		this.tester.connect("room", "x").as(user("two")).open();
		one.call("say", "hi").expectReply();
		assertThat(this.tester.explain("said")).anySatisfy((delivery) -> {
			assertThat(delivery.user()).isEqualTo("one");
			assertThat(delivery.steps()).extracting(Delivery.Step::kind)
				.containsExactly(Kind.TARGETED, Kind.QUEUED, Kind.WRITTEN);
		}).anySatisfy((delivery) -> {
			assertThat(delivery.user()).isEqualTo("two");
			assertThat(delivery.has(Kind.NOT_SUBSCRIBED)).isTrue();
		}).hasSize(2);
		assertThat(this.tester.explain("said").toString()).contains("said of room[x]",
				"one   targeted, queued, written", "two   not subscribed");
	}

	@Test
	void explainsARefusedSubscription() {
		this.tester.connect("room", "x").as(user("one")).subscribe("audited");
		assertThat(this.tester.explain("audited")).singleElement()
			.satisfies((delivery) -> assertThat(delivery.reason(Kind.REFUSED)).isEqualTo("auth.forbidden"));
	}

	@Test
	void explainsNothingOfOtherTests() {
		assertThat(this.tester.explain("said")).isEmpty();
	}

}
