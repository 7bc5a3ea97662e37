/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

import io.rivetevents.actor.Actors;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.ConnectSpec;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.ActorTest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Connections of an instance that sleeps, while nodes stop, are killed and join.
 */
@ActorTest(nodes = 3)
class HibernationClusterTests {

	private static final Duration SLEEP = Duration.ofMinutes(1);

	private static final Duration GRACE = Duration.ofSeconds(10);

	@Autowired
	private ActorTester tester;

	@Autowired
	private Actors actors;

	private int owner() {
		return this.tester.owner("foyer", "x");
	}

	private int other() {
		return owner() % 3 + 1;
	}

	private int third() {
		return 6 - owner() - other();
	}

	private ConnectSpec client(int node, String name) {
		return this.tester.connect("foyer", "x").at(node).params(name);
	}

	private TestConnection connect(int node, String name) {
		return client(node, name).subscribe("said", "left");
	}

	private void sleep() {
		this.tester.advance(SLEEP);
	}

	private static String who(TestConnection connection) {
		return connection.call("who").value(String.class);
	}

	private static List<String> log(TestConnection connection) {
		return List.of(connection.call("log").value(String[].class));
	}

	/** Not by a change of the owner either. */
	private static void expectNotResynced(TestConnection connection) {
		connection.expectOpen();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(connection::expectResynced);
	}

	// The owner stays

	@Test
	void aMessageFromAnotherNodeWakesIt() {
		TestConnection ada = connect(other(), "ada");
		String before = who(ada);
		sleep();
		assertThat(who(ada)).isEqualTo(before);
		assertThat(log(ada)).containsExactly("ada enters", "sleep");
	}

	@Test
	void anEventOfTheServerWakesIt() {
		TestConnection ada = connect(other(), "ada");
		TestConnection bob = connect(third(), "bob");
		sleep();
		this.actors.get("foyer", "x").send("said", "hi");
		List.of(ada, bob).forEach((client) -> client.expectEvent("said", "hi"));
		assertThat(log(ada)).containsExactly("ada enters", "bob enters", "sleep");
	}

	@Test
	void theEndOfASocketAtAnotherNodeWakesIt() {
		TestConnection ada = connect(other(), "ada");
		TestConnection bob = connect(third(), "bob");
		sleep();
		ada.close();
		bob.expectEvent("left", "ada");
		assertThat(log(bob)).containsExactly("ada enters", "bob enters", "sleep", "ada leaves");
	}

	@Test
	void theEndOfTheNodeOfASocketWakesItAfterTheGracePeriod() {
		TestConnection ada = connect(other(), "ada");
		TestConnection bob = connect(third(), "bob");
		sleep();
		this.tester.kill(other());
		ada.expectClosed();
		bob.expectNoEvent();
		this.tester.advance(GRACE);
		bob.expectEvent("left", "ada");
		sleep();
		assertThat(log(bob)).containsExactly("ada enters", "bob enters", "sleep", "ada leaves", "sleep");
	}

	// The owner changes

	@Test
	void connectionsSurviveThatTheOwnerIsKilled() {
		TestConnection ada = connect(other(), "ada").perform("rename", "eve");
		TestConnection bob = connect(third(), "bob");
		String before = who(ada);
		sleep();
		this.tester.kill(owner());
		List.of(ada, bob).forEach(TestConnection::expectOpen);
		assertThat(who(ada)).isEqualTo(before).startsWith("eve ");
		ada.call("say", "hi").expectReply(2);
		bob.expectEvent("said", "hi");
		this.tester.advance(GRACE);
		assertThat(log(bob)).containsExactly("ada enters", "bob enters", "sleep");
	}

	@Test
	void plainConnectionsSurviveThatTheOwnerIsKilled() {
		TestConnection ada = client(other(), "ada").plainProtocol().subscribe("said");
		TestConnection bob = client(third(), "bob").plainProtocol().open();
		String before = who(ada);
		sleep();
		this.tester.kill(owner());
		bob.call("say", "hi").expectReply(2);
		ada.expectOpen().expectEvent("said", "hi");
		assertThat(who(ada)).isEqualTo(before);
		assertThat(log(bob)).containsExactly("ada enters", "bob enters", "sleep");
	}

	@Test
	void connectionsOfTheKilledOwnerAreDisconnectedOnceAfterTheGracePeriod() {
		TestConnection ada = connect(owner(), "ada");
		TestConnection bob = connect(other(), "bob");
		sleep();
		this.tester.kill(owner());
		ada.expectClosed();
		assertThat(log(bob)).containsExactly("ada enters", "bob enters", "sleep");
		this.tester.advance(GRACE);
		bob.expectEvent("left", "ada");
		sleep();
		assertThat(log(bob)).containsExactly("ada enters", "bob enters", "sleep", "ada leaves", "sleep");
	}

	@Test
	void connectionsSurviveThatTheOwnerStops() {
		TestConnection ada = connect(other(), "ada").perform("rename", "eve");
		TestConnection bob = connect(third(), "bob");
		String before = who(ada);
		sleep();
		this.tester.stop(owner());
		assertThat(who(ada)).isEqualTo(before).startsWith("eve ");
		ada.call("say", "hi").expectReply(2);
		bob.expectEvent("said", "hi");
		List.of(ada, bob).forEach(HibernationClusterTests::expectNotResynced);
		this.tester.advance(GRACE);
		assertThat(log(bob)).containsExactly("ada enters", "bob enters", "sleep");
	}

	/** The sockets of the node before stay open, and its actor is at another one. */
	@Test
	void connectionsSurviveThatTheirInstanceMovesToANodeThatJoins() {
		int owner = owner();
		this.tester.stop(owner);
		TestConnection ada = connect(owner(), "ada");
		TestConnection bob = connect(6 - owner - owner(), "bob");
		String before = who(ada);
		sleep();
		this.tester.start(owner);
		assertThat(owner()).isEqualTo(owner);
		assertThat(who(ada)).isEqualTo(before);
		bob.call("say", "hi").expectReply(2);
		ada.expectEvent("said", "hi");
		List.of(ada, bob).forEach(HibernationClusterTests::expectNotResynced);
		assertThat(log(bob)).containsExactly("ada enters", "bob enters", "sleep");
	}

	@Test
	void connectionsOfAnInstanceThatIsAwakeContinueAtTheNextOwner() {
		TestConnection ada = connect(other(), "ada").perform("rename", "eve");
		TestConnection bob = connect(third(), "bob");
		String before = who(ada);
		this.tester.stop(owner());
		assertThat(who(ada)).isEqualTo(before);
		bob.call("say", "hi").expectReply(2);
		ada.expectEvent("said", "hi");
		List.of(ada, bob).forEach(HibernationClusterTests::expectNotResynced);
		this.tester.advance(GRACE);
		assertThat(log(bob)).containsExactly("ada enters", "bob enters", "sleep");
	}

	@Test
	void connectionsContinueAfterAMoveThatCannotBeSaved() {
		TestConnection ada = connect(other(), "ada");
		TestConnection bob = connect(third(), "bob");
		String before = who(ada);
		int owner = owner();
		this.tester.failNextSave();
		this.tester.stop(owner);
		assertThat(who(ada)).isEqualTo(before);
		assertThat(log(bob)).doesNotContain("ada leaves").containsOnlyOnce("ada enters");
	}

	@Test
	void theEndOfASocketDuringTheSleepCountsAtTheNextOwner() {
		TestConnection ada = connect(other(), "ada");
		TestConnection bob = connect(third(), "bob");
		sleep();
		this.tester.kill(owner());
		ada.close();
		bob.expectEvent("left", "ada");
		this.tester.advance(GRACE);
		assertThat(log(bob)).containsExactly("ada enters", "bob enters", "sleep", "ada leaves");
	}

	@Test
	void theOwnerAndTheNodeOfASocketAreKilled() {
		TestConnection ada = connect(other(), "ada");
		TestConnection bob = connect(third(), "bob");
		sleep();
		int node = other();
		this.tester.kill(owner());
		this.tester.kill(node);
		ada.expectClosed();
		this.tester.advance(Duration.ofSeconds(35)); // the last node waits for the others
		this.tester.advance(GRACE);
		bob.resume();
		assertThat(log(bob).stream().filter("ada leaves"::equals)).hasSize(1);
	}

}
