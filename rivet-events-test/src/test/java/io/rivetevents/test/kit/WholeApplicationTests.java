/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import io.rivetevents.actor.Actors;
import io.rivetevents.test.autoconfigure.AutoConfigureActorTester;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;

import static org.assertj.core.api.Assertions.assertThat;

/** The tester within a whole application. */
@SpringBootTest
@AutoConfigureActorTester
class WholeApplicationTests {

	@Autowired
	private ActorTester tester;

	@Autowired
	private Actors actors;

	@Test
	void sharesInstancesWithTheApplication() {
		TestConnection one = this.tester.connect("room", "x").subscribe("said");
		assertThat(this.actors.get("room", "x").call("say", Integer.class, "hi").block(Duration.ofSeconds(10)))
			.isEqualTo(1);
		one.expectEvent("said", "hi");
		this.actors.get("room", "x").broadcast("said", "from outside");
		one.expectEvent("said", "from outside");
		one.expectNoEvent();
	}

	@Test
	void findsAnotherNodeAfterAKill() {
		this.tester.connect("room", "x").open().call("say", "hi").expectReply(1);
		this.tester.kill();
		assertThat(this.actors.getOrCreate("room", "x").call("say", Integer.class, "hi").block(Duration.ofSeconds(10)))
			.isEqualTo(1);
	}

}
