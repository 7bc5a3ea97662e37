/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;

import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.AutoConfigureActorTester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** The tester with two nodes within a whole application, which is one of a cluster. */
@SpringBootTest(properties = "rivet.events.cluster.enabled=true")
@AutoConfigureActorTester(nodes = 2)
class WholeClusterTests {

	@Autowired
	private ActorTester tester;

	@Value("${rivet.events.cluster.enabled}")
	private boolean overSockets;

	@Test
	void joinsItsNodesInMemoryOnly() {
		TestConnection one = this.tester.connect("room", "x").at(1).subscribe("said");
		this.tester.connect("room", "x").at(2).open().perform("say", "hi");
		one.expectEvent("said", "hi");
		assertThat(this.overSockets).isFalse();
	}

	@Test
	void continuesWithOneNode() {
		int owner = this.tester.owner("room", "x");
		TestConnection one = this.tester.connect("room", "x").at(3 - owner).open().perform("say", "hi");
		this.tester.kill(owner);
		one.expectOpen().perform("say", "again");
		this.tester.kill(3 - owner);
		one.expectClosed();
		assertThatIllegalStateException().isThrownBy(one::resume).withMessage("No node runs: call start(1) first");
		assertThatIllegalStateException().isThrownBy(this.tester::restart)
			.withMessage("No node runs: call start(1) first");
	}

}
