/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.shop;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import io.rivetevents.test.ActorTester;
import io.rivetevents.test.autoconfigure.ActorTest;

import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;

/** A service of an actor is a mock. */
@ActorTest
class MockedServiceTests {

	@MockitoBean
	private Prices prices;

	private final ActorTester tester;

	MockedServiceTests(@Autowired ActorTester tester) {
		this.tester = tester;
	}

	@Test
	void answersForTheActor() {
		given(this.prices.of("tea")).willReturn(7);
		this.tester.connect("shop", "a").open().call("buy", "tea").expectReply(7);
		then(this.prices).should().of("tea");
	}

	@Test
	void isResetWithTheInstances() {
		this.tester.connect("shop", "a").open().call("buy", "tea").expectReply(0);
	}

}
