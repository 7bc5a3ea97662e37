/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

import io.rivetevents.actor.Actors;
import io.rivetevents.connection.ConnectionCounts;
import io.rivetevents.connection.Connections;
import io.rivetevents.connection.UserConnections;
import io.rivetevents.test.ActionResult;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.ActorTest;

import static io.rivetevents.test.TestUser.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests of the tester with several nodes.
 */
@ActorTest(nodes = 3)
class ClusterTesterTests {

	private static final Duration SMALLER_PART_TIMEOUT = Duration.ofSeconds(30);

	private static final Duration DISCONNECT_GRACE = Duration.ofSeconds(10);

	@Autowired
	private ActorTester tester;

	@Autowired
	private Actors actors;

	@Autowired
	private Connections connections;

	private int owner() {
		return this.tester.owner(Room.class, "x");
	}

	/** Returns a node that does not have the instance. */
	private int other() {
		return owner() % 3 + 1;
	}

	private int third() {
		return 6 - owner() - other();
	}

	private TestConnection connect(int node, String... events) {
		return this.tester.connect(Room.class, "x").at(node).as(user("user-" + node).roles("ADMIN")).subscribe(events);
	}

	@Test
	void deliversToTheClientsOfAllNodes() {
		TestConnection one = connect(1, "said");
		TestConnection two = connect(2, "said");
		TestConnection three = connect(3);
		three.call("say", "hi").expectReply(1);
		one.expectEvent("said", "hi");
		two.expectEvent("said", "hi");
		three.expectNoEvent();
	}

	@Test
	void keepsUsersAndErrorsOverNodes() {
		connect(other()).call("who").expectReply("user-%d with null".formatted(other()));
		connect(other()).call("secret").expectReply("42");
		connect(other()).call("fail").expectRefused().withCode("user.full");
		this.tester.connect(Room.class, "x")
			.at(other())
			.open()
			.call("secret")
			.expectRefused()
			.withCode("auth.forbidden");
	}

	@Test
	void callsOfTheServerReachTheOwner() {
		TestConnection one = connect(owner(), "said");
		this.actors.get("room", "x").call("say", Integer.class, "hi").block();
		one.expectEvent("said", "hi");
	}

	@Test
	void eventsAndLogoutsOfTheServerReachTheClientsOfAllNodes() {
		List<TestConnection> all = Stream.of(1, 2, 3).map((node) -> connect(node, "news")).toList();
		this.connections.everywhere().send("news", "hi");
		all.forEach((each) -> each.expectEvent("news", "hi"));
		this.connections.user("user-3").send("news", "you");
		all.get(2).expectEvent("news", "you");
		all.get(0).expectNoEvent();
		this.connections.closeUser("user-2");
		all.get(1).expectClosed();
		this.tester.kill(1);
		this.tester.start(1);
		TestConnection again = connect(1, "news");
		this.connections.everywhere().send("news", "again");
		again.expectEvent("news", "again");
	}

	@Test
	void findsTheConnectionsOfAllNodes() {
		Duration timeout = Duration.ofSeconds(1);
		Stream.of(1, 2, 3).forEach(this::connect);
		TestConnection again = this.tester.connect(Room.class, "y").at(1).as(user("user-3")).open();
		assertThat(this.connections.countEverywhere(timeout).block())
			.isEqualTo(new ConnectionCounts(4, 3, true, Set.of()));
		UserConnections found = this.connections.ofUserEverywhere("user-3", timeout).block();
		assertThat(found.connections()).extracting((each) -> each.actorKey().parts().get(0))
			.containsExactlyInAnyOrder("x", "y");
		again.close();
		assertThat(this.connections.ofUserEverywhere("user-3", timeout).block().connections()).hasSize(1);
		this.tester.kill(1);
		assertThat(this.connections.countEverywhere(timeout).block().users()).isEqualTo(3);
		this.tester.advance(DISCONNECT_GRACE);
		assertThat(this.connections.countEverywhere(timeout).block().users()).isEqualTo(2);
	}

	@Test
	void doesNotRestartIfNoNodeRuns() {
		Stream.of(1, 2, 3).forEach(this.tester::kill);
		assertThatIllegalStateException().isThrownBy(this.tester::restart)
			.withMessage("No node runs: call start(1) first");
	}

	@Test
	void namesTheOwner() {
		int before = owner();
		assertThat(before).as("the same in each run").isEqualTo(2);
		this.tester.kill(before);
		assertThat(owner()).isNotEqualTo(before);
		this.tester.start(before);
	}

	@Test
	void anotherNodeContinuesForAKilledOwner() {
		int owner = owner();
		TestConnection one = connect(other(), "said").perform("sayDurably", "one");
		TestConnection two = connect(owner, "said");
		this.tester.kill(owner);
		two.expectClosed();
		one.expectOpen().expectResynced();
		two.resume().expectResynced().call("sayDurably", "two").expectReply(2);
		one.expectEvent("said", "one");
		one.expectEvent("said", "two");
	}

	@Test
	void aStoppedNodeSavesItsInstances() {
		int owner = owner();
		int other = other();
		TestConnection one = connect(other, "said").perform("say", "one");
		TestConnection two = connect(owner);
		this.tester.stop(owner);
		two.expectClosed().withReason("actor.restarting");
		one.call("all").expectReply(List.of("one", "good night"));
		this.tester.start(owner);
		one.perform("say", "two");
	}

	@Test
	void theSmallerPartStopsItsInstances() {
		int owner = owner();
		TestConnection one = connect(owner, "said").perform("sayDurably", "one");
		TestConnection two = connect(other(), "said");
		this.tester.partition(owner);
		one.expectClosed().withReason("actor.restarting");
		assertThat(owner()).isNotEqualTo(owner);
		two.expectOpen().call("all").expectReply(List.of("one", "good night"));
		two.call("sayDurably", "two").expectReply(3);
		this.tester.heal();
		assertThat(owner()).isEqualTo(owner);
		two.expectEvent("said", "two");
		one.resume().call("sayDurably", "three").expectReply();
		two.expectEvent("said", "three");
	}

	@Test
	void theSmallerPartContinuesAfterItsTimeout() {
		int owner = owner();
		this.tester.partition(owner);
		this.tester.advance(SMALLER_PART_TIMEOUT);
		connect(owner).call("say", "alone").expectReply(1);
		this.tester.heal();
	}

	@Test
	void aClientOfTheSmallerPartWaits() {
		int owner = owner();
		this.tester.partition(owner);
		TestConnection one = connect(owner);
		ActionResult all = one.call("all").expectNoAnswer();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(one::expectOpen)
			.withMessageContaining("that it is open, but the server has not accepted it yet");
		this.tester.heal();
		one.expectOpen();
		all.expectReply(List.of());
	}

	@Test
	void killsAndRestartsAllNodes() {
		TestConnection one = connect(other(), "said").perform("sayDurably", "one").perform("say", "two");
		this.tester.kill();
		one.expectClosed();
		one.resume().call("all").expectReply(List.of("one"));
		this.tester.restart();
		one.expectClosed().withReason("actor.restarting");
		assertThat(one.resume().call("all").value(List.class)).startsWith("one", "good night");
	}

	@Test
	void resumesAtAnotherNodeIfItsOwnDoesNotRun() {
		int node = third();
		TestConnection one = connect(node, "said");
		this.tester.kill(node);
		one.expectClosed();
		connect(other()).perform("say", "hi");
		one.resume().expectResumed().expectEvent("said", "hi");
	}

	@Test
	void explainsDeliveriesOverNodes() {
		connect(third());
		connect(other(), "said").perform("say", "hi").expectEvent("said", "hi");
		assertThat(this.tester.explain("said").toString()).contains("said of room[x]",
				"user-%d  targeted, queued (by Gateway node-%d)".formatted(other(), other()),
				"user-%d  not subscribed".formatted(third()));
	}

	@Test
	void refusesNodesThatDoNotExistOrDoNotRun() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.tester.kill(4))
			.withMessage("There is no node 4: the nodes of this test are 1 to 3");
		assertThatIllegalStateException().isThrownBy(() -> this.tester.start(2)).withMessage("Node 2 runs");
		this.tester.kill(2);
		assertThatIllegalStateException().isThrownBy(() -> this.tester.connect("room", "x").at(2))
			.withMessage("Node 2 does not run: call start(2) first");
	}

}
