/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.shop;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.AutoConfigureActorTester;

import static io.rivetevents.test.TestUser.user;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** The tester beside each kind of server. */
class WebEnvironmentTests {

	private static void check(ActorTester tester) {
		TestConnection one = tester.connect("shop", "a").as(user("one")).subscribe("sold");
		one.call("buy", "tea").expectReply(3);
		one.expectEvent("sold", "tea");
		one.expectNoEvent();
	}

	@Nested
	@SpringBootTest(webEnvironment = WebEnvironment.NONE)
	@AutoConfigureActorTester
	class None {

		@Autowired
		private ActorTester tester;

		@Test
		void hasATester() {
			check(this.tester);
		}

	}

	@Nested
	@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "rivet.events.shutdown.spread=0s")
	@AutoConfigureActorTester
	class RandomPort {

		@Autowired
		private ActorTester tester;

		@Test
		void hasATesterInMemory() {
			check(this.tester);
		}

	}

	@Nested
	@SpringBootTest(webEnvironment = WebEnvironment.DEFINED_PORT,
			properties = { "server.port=0", "rivet.test.transport=websocket", "rivet.events.shutdown.spread=0s" })
	@AutoConfigureActorTester
	class DefinedPort {

		@Autowired
		private ActorTester tester;

		@Test
		void hasATesterWithSockets() {
			check(this.tester);
		}

	}

	@Nested
	@SpringBootTest(properties = "rivet.test.transport=websocket")
	@AutoConfigureActorTester
	class SocketsWithoutAServer {

		@Autowired
		private ActorTester tester;

		@Test
		void namesWhatIsMissing() {
			assertThatIllegalStateException().isThrownBy(() -> check(this.tester))
				.withMessageContaining("requires a server: use @SpringBootTest(webEnvironment = RANDOM_PORT)");
		}

	}

}
