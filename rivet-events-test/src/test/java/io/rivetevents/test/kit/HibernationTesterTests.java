/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.ActorTest;

/**
 * An actor that sleeps with open connections while the time of a test advances.
 */
@ActorTest
class HibernationTesterTests {

	private static final Duration LONG = Duration.ofMinutes(1);

	@Autowired
	private ActorTester tester;

	@Test
	void sleepsWithOpenConnectionsAndWakesForACall() {
		TestConnection one = this.tester.connect(Lounge.class, "calls").open();
		this.tester.advance(LONG);
		one.call("counts").expectReply(Map.of("connects", 1, "sleeps", 1, "disconnects", 0));
		this.tester.advance(LONG);
		one.call("counts").expectReply(Map.of("connects", 1, "sleeps", 2, "disconnects", 0));
	}

	@Test
	void wakesForTheEndOfAConnection() {
		TestConnection one = this.tester.connect(Lounge.class, "ends").open();
		TestConnection two = this.tester.connect(Lounge.class, "ends").subscribe("left");
		this.tester.advance(LONG);
		one.close();
		two.expectEvent("left", 1);
		two.call("counts").expectReply(Map.of("connects", 2, "sleeps", 1, "disconnects", 1));
	}

}
