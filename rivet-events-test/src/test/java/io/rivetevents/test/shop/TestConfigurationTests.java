/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.shop;

import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.TestConstructor;
import org.springframework.test.context.TestConstructor.AutowireMode;

import io.rivetevents.test.ActorTester;
import io.rivetevents.test.autoconfigure.ActorTest;

/** A configuration of the test declares what a slice does not find. */
@ActorTest
@TestConstructor(autowireMode = AutowireMode.ALL)
class TestConfigurationTests {

	private final ActorTester tester;

	TestConfigurationTests(ActorTester tester) {
		this.tester = tester;
	}

	@Test
	void declaresAService() {
		this.tester.connect("shop", "a").open().call("buy", "tea").expectReply(42);
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class FixedPrices {

		@Bean
		Prices prices() {
			return new Prices() {

				@Override
				int of(String article) {
					return 42;
				}

			};
		}

	}

}
