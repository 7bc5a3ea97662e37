/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

import io.rivetevents.test.ActionResult;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.ActorTest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Instances that move to another node while clients use them: a node stops, or joins.
 */
@ActorTest(nodes = 3)
class PlannedMovesTests {

	private static final int MANY = 30;

	@Autowired
	private ActorTester tester;

	@Autowired
	private Room room;

	private int other(String actor) {
		return this.tester.owner(actor, "x") % 3 + 1;
	}

	private TestConnection connect(String actor, String key, int node, String event) {
		return this.tester.connect(actor, key).at(node).subscribe(event);
	}

	/** Not by a move either. */
	private static void expectNotResynced(TestConnection connection) {
		connection.expectOpen();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(connection::expectResynced);
	}

	@Test
	void clientsOfOtherNodesDoNotNoticeThatTheOwnerStops() {
		int owner = this.tester.owner("room", "x");
		TestConnection one = connect("room", "x", other("room"), "said").perform("say", "one");
		TestConnection two = connect("room", "x", 6 - owner - other("room"), "said");
		this.tester.stop(owner);
		assertThat(this.tester.owner("room", "x")).isNotEqualTo(owner);
		two.call("say", "two").expectReply(3);
		List.of(one, two).forEach(PlannedMovesTests::expectNotResynced);
		one.expectEvent("said", "one");
		one.expectEvent("said", "two");
		two.expectEvent("said", "two");
		one.expectNoEvent("said");
	}

	@Test
	void clientsOfTheStoppingNodeResumeWithoutAHistoryInTheStore() {
		int owner = this.tester.owner("room", "x");
		TestConnection one = connect("room", "x", owner, "said").perform("say", "one");
		TestConnection two = connect("room", "x", other("room"), "said");
		one.expectEvent("said", "one");
		this.tester.stop(owner);
		one.expectClosed().withReason("actor.restarting");
		two.perform("say", "two");
		one.resume().expectResumed().expectEvent("said", "two");
	}

	@Test
	void durableEventsContinueWithTheirPositions() {
		int owner = this.tester.owner("board", "x");
		TestConnection one = connect("board", "x", other("board"), "pinned").perform("pin", "one");
		TestConnection two = connect("board", "x", owner, "pinned");
		this.tester.stop(owner);
		one.call("pin", "two").expectReply(2);
		expectNotResynced(one);
		two.expectClosed();
		two.resume().expectResumed().expectEvent("pinned", "two");
		one.expectEvent("pinned", "one");
		one.expectEvent("pinned", "two");
		one.expectNoEvent("pinned");
	}

	@Test
	void aRunningActionEndsBeforeItsInstanceMoves() {
		int owner = this.tester.owner("room", "x");
		TestConnection one = connect("room", "x", other("room"), "said");
		ActionResult blocked = one.call("block");
		ActionResult next = one.call("say", "next");
		this.tester.stop(owner);
		blocked.expectRefused().withCode("action_timed_out");
		next.expectReply();
		expectNotResynced(one);
		one.expectEvent("said", "next");
	}

	/** A part of the instances moves to the node that joins, with the clients of all. */
	@Test
	void clientsDoNotNoticeThatANodeJoins() {
		this.tester.stop(3);
		Map<String, Integer> before = new TreeMap<>();
		List<TestConnection> clients = new ArrayList<>();
		for (int i = 0; i < MANY; i++) {
			String key = "k" + i;
			before.put(key, this.tester.owner("room", key));
			clients.add(connect("room", key, 1, "said").perform("say", "one"));
			clients.add(connect("room", key, 2, "said"));
		}
		this.tester.start(3);
		assertThat(before.keySet().stream().filter((key) -> this.tester.owner("room", key) == 3)).hasSizeBetween(2, 20);
		IntStream.range(0, MANY).forEach((i) -> clients.get(2 * i + 1).call("say", "two").expectReply());
		clients.forEach(PlannedMovesTests::expectNotResynced);
		for (int i = 0; i < clients.size(); i++) {
			if (i % 2 == 0) {
				clients.get(i).expectEvent("said", "one");
			}
			clients.get(i).expectEvent("said", "two");
			clients.get(i).expectNoEvent("said");
		}
	}

	/** Its turn takes 40 seconds. */
	@Test
	void aClientOfAnInstanceThatStaysBusyIsClosedAndReconnects() {
		String key = Stream.iterate(0, (i) -> i + 1)
			.map((i) -> "b" + i)
			.filter((each) -> this.tester.owner("room", each) == 3)
			.findFirst()
			.orElseThrow();
		this.tester.stop(3);
		int before = this.tester.owner("room", key);
		TestConnection one = connect("room", key, 3 - before, "said");
		TestConnection local = connect("room", key, before, "said").perform("say", "one");
		List.of(one, local).forEach((client) -> client.expectEvent("said", "one"));
		ActionResult busy = local.call("stay");
		this.tester.start(3);
		this.tester.advance(Duration.ofSeconds(10));
		List.of(one, local).forEach(TestConnection::expectOpen);
		this.tester.advance(Duration.ofSeconds(10));
		one.expectClosed().withReason("actor.restarting");
		local.expectOpen();
		this.tester.advance(Duration.ofSeconds(30));
		busy.expectRefused().withCode("action_timed_out");
		one.resume().expectResumed().perform("say", "two").expectEvent("said", "two");
		local.expectEvent("said", "two");
	}

	/** Of a node that goes on without the instance. */
	@Test
	void aContextThatWasKeptSendsThroughTheNewOwner() {
		this.tester.stop(3);
		Map<String, TestConnection> clients = new TreeMap<>();
		for (int i = 0; i < MANY; i++) {
			clients.put("c" + i, connect("room", "c" + i, 1, "said").perform("keep"));
		}
		this.tester.start(3);
		List<String> moved = clients.keySet().stream().filter((key) -> this.tester.owner("room", key) == 3).toList();
		assertThat(moved).isNotEmpty();
		moved.forEach((key) -> this.room.kept(key).broadcast(RoomEvents.class).said("later"));
		moved.forEach((key) -> clients.get(key).expectEvent("said", "later"));
	}

}
