/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.shop;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;

import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.ActorTest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willReturn;

/**
 * A service and an actor are spies, also in nested classes and in contexts that close.
 */
@ActorTest(Shop.class)
@Import(Prices.class)
class SpiedServiceTests {

	@MockitoSpyBean
	private Prices prices;

	@Autowired
	private ActorTester tester;

	private static ActorTester closed;

	@Test
	void callsTheService() {
		this.tester.connect(Shop.class, "a").open().call("buy", "tea").expectReply(3);
		then(this.prices).should().of("tea");
	}

	@Nested
	class WithADiscount {

		@Test
		void usesTheTesterOfTheClassAround() {
			willReturn(1).given(SpiedServiceTests.this.prices).of("tea");
			TestConnection one = SpiedServiceTests.this.tester.connect("shop", "a").subscribe("sold");
			one.call("buy", "tea").expectReply(1);
			one.expectEvent("sold", "tea");
		}

	}

	@Nested
	@DirtiesContext(classMode = DirtiesContext.ClassMode.AFTER_EACH_TEST_METHOD)
	class WithAContextOfItsOwn {

		@Autowired
		private ActorTester own;

		@Test
		void works() {
			check();
		}

		@Test
		void worksAgain() {
			check();
		}

		private void check() {
			assertThat(this.own).isNotSameAs(closed);
			closed = this.own;
			this.own.connect("shop", "a").open().call("buy", "tea").expectReply(3);
		}

	}

}
