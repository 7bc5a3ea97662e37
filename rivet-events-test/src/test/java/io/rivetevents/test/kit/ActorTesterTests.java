/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.security.test.context.support.WithMockUser;

import io.rivetevents.error.RivetException;
import io.rivetevents.explain.Delivery;
import io.rivetevents.test.ActionResult;
import io.rivetevents.test.autoconfigure.ActorTest;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;

import static io.rivetevents.test.TestUser.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Options of clients, typed expectations, time and faults.
 */
@ActorTest(properties = "rivet.test.patience=300ms")
class ActorTesterTests {

	@Autowired
	private ActorTester tester;

	@Autowired
	private Clock clock;

	private TestConnection connect(String... events) {
		return this.tester.connect(Room.class, "x").as(user("one")).subscribe(events);
	}

	private static void assertFails(Runnable expectation, String... texts) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(expectation::run)
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(texts));
	}

	// Options

	@Test
	void sendsParamsAndUser() {
		TestConnection one = this.tester.connect("room", "x").as(user("one")).params("blue").open();
		one.call("who").expectReply("one with blue");
		this.tester.connect("room", "x").open().call("who").expectReply("nobody with null");
	}

	@Test
	@WithMockUser("three")
	void connectsTheUserOfTheTest() {
		this.tester.connect("room", "x").open().call("who").expectReply("three with null");
		this.tester.connect("room", "x").anonymous().open().call("who").expectReply("nobody with null");
	}

	@Test
	void speaksThePlainProtocol() {
		TestConnection one = this.tester.connect("room", "x").as(user("one")).plainProtocol().subscribe("said");
		one.call("say", "hi").expectReply(1);
		one.expectEvent("said", "hi");
		one.call("secret").expectRefused().withCode("auth.forbidden");
		one.subscribe("audited").expectRefused("audited").withCode("auth.forbidden");
	}

	@Test
	void rejectsAClient() {
		TestConnection one = this.tester.connect("room", "x").existing().open();
		one.expectRefused().withCode("actor.not_found");
		one.expectClosed().withReason("actor.not_found");
		assertFails(() -> one.call("say", "hi"), "it is open", "The client was rejected: closed with actor.not_found");
	}

	@Test
	void saysThatThereIsNoActor() {
		this.tester.connect("hall", "x").open().expectRefused().withCode("actor.not_registered");
	}

	// Typed

	@Test
	void expectsEventsOfAContract() {
		TestConnection one = connect("said", "watching");
		one.actions(RoomApi.class).say("hi");
		one.expectEvent(RoomEvents.class).said("hi");
		one.expectEvent(RoomEvents.class).watching(1);
		one.expectNoEvent();
		assertFails(() -> one.expectEvent(RoomEvents.class).said("ho"), "the event said(\"ho\") arrives");
	}

	@Test
	void callsActionsOfAnInterface() {
		TestConnection one = connect();
		assertThat(one.actions(RoomApi.class).say("hi")).isEqualTo(1);
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> connect().actions(RoomApi.class).say("x".repeat(10_000_000)));
	}

	@Test
	void convertsTheArgumentOfAnEvent() {
		TestConnection one = connect("posted");
		one.call("post", new Room.Message("hi", null)).expectReply();
		one.call("post", Map.of("text", "ho", "by", "two"));
		assertThat(one.expectEvent("posted", Room.Message.class)).isEqualTo(new Room.Message("hi", null));
		assertThat(one.expectEvent("posted")).extractingPath("$[0].text").isEqualTo("ho");
		one.call("post", new Room.Message("hey", null));
		one.expectEvent("posted").path("$[0].text").isEqualTo("hey");
		one.call("post", new Room.Message("hey", null));
		assertFails(() -> one.expectEvent("posted", Integer.class), "{\"text\":\"hey\",\"by\":null}",
				"is not a Integer");
	}

	@Test
	void explainsWhereAnEventWasLeft() {
		TestConnection one = connect();
		this.tester.connect("room", "x").as(user("two")).subscribe("said").perform("say", "hi");
		assertThat(this.tester.explain("said"))
			.extracting(Delivery::user, (delivery) -> delivery.has(Delivery.Kind.WRITTEN))
			.containsExactlyInAnyOrder(tuple("one", false), tuple("two", true));
		assertFails(() -> one.expectEvent("said", "hi"), "said of room[x], position ", "not subscribed");
		assertFails(() -> one.expectEvent("posted"), "No delivery is recorded");
	}

	// Results

	@Test
	void saysHowAnActionEndsInstead() {
		TestConnection one = connect();
		assertFails(() -> one.call("say", "hi").expectReply(2), "the action say replies 2, but it has replied 1");
		assertFails(() -> one.call("say", "hi").expectRefused(), "the action say is refused", "reply 2");
		assertFails(() -> one.call("fail").expectReply(), "the action fail is replied to",
				"error user.full (The room is full)");
		assertFails(() -> one.call("fail").expectRefused().withCode("user.empty"),
				"the action fail is refused with the code user.empty", "user.full");
		assertFails(() -> one.call("say", "hi").value(Boolean.class), "is not a Boolean");
		assertFails(() -> one.expectRefused("say"), "say is refused");
		one.call("fail").expectRefused().withCode("full").withMessage("room is full");
		assertThat(one.call("all")).extractingPath("$.length()").isEqualTo(3);
	}

	@Test
	void saysThatTheConnectionIsOpen() {
		TestConnection one = connect();
		assertFails(one::expectClosed, "that it is closed", "The connection is open.");
		one.cut();
		assertFails(() -> one.expectClosed().withReason("actor.restarting"), "but it was cut");
		assertFails(one::expectOpen, "that it is open", "The connection is cut.");
	}

	// Time

	@Test
	void letsASchedulePass() {
		TestConnection one = connect("said");
		one.call("sayLater", 60_000, "later").expectReply();
		this.tester.advance(Duration.ofSeconds(59));
		one.expectNoEvent();
		this.tester.advance(Duration.ofSeconds(2));
		one.expectEvent("said", "later");
	}

	@Test
	void letsAnActionTimeOut() {
		TestConnection one = connect();
		ActionResult result = one.call("block").expectNoAnswer();
		assertFails(() -> one.expectNoEvent(), "still at work", "a turn of room[x] has not ended", "CountDownLatch");
		assertFails(result::expectReply, "the action block is answered, but it is not");
		this.tester.advance(Duration.ofSeconds(5));
		result.expectRefused().withCode("actor.action_timed_out");
	}

	@Test
	void savesAndSleepsInTime() {
		TestConnection one = connect();
		one.call("say", "hi").expectReply();
		one.cut();
		this.tester.advance(Duration.ofMinutes(1));
		one.resume().call("all").expectReply(List.of("hi", "good night"));
	}

	@Test
	void showsItsTimeByTheClock() {
		assertThat(this.clock.instant()).isEqualTo(this.tester.now());
		this.tester.advance(Duration.ofDays(1));
		assertThat(this.clock.instant()).isEqualTo(this.tester.now());
	}

	@Test
	void keepsAConnectionAliveAndClosesASilentOne() {
		TestConnection one = connect();
		TestConnection two = connect().slowReader();
		this.tester.advance(Duration.ofMinutes(5));
		one.expectOpen();
		two.expectClosed().withReason("connection.timed_out");
	}

	@Test
	void leaves() {
		TestConnection one = connect("said");
		TestConnection two = connect("said", "left");
		one.call("say", "bye").expectReply();
		one.close().expectClosed();
		two.expectEvent("said", "bye");
		two.expectEvent("left");
		two.expectNoEvent();
		assertFails(one::expectOpen, "The connection is closed by the client.");
		assertThatIllegalStateException().isThrownBy(one::resume).withMessageContaining("connect another client");
		assertThat(one.close().expectClosed().reason()).isNull();
	}

	// Faults

	@Test
	void resumesWithWhatWasMissed() {
		TestConnection one = connect("said");
		TestConnection two = connect();
		two.call("say", "first");
		one.cut().expectClosed();
		two.call("say", "second").expectReply();
		one.resume().expectResumed();
		one.expectEvent("said", "first");
		one.expectEvent("said", "second");
		one.expectNoEvent();
		assertFails(one::expectResynced, "its stream is RESYNCED");
	}

	@Test
	void resyncsAfterTheAgeOfTheHistory() {
		TestConnection one = connect("said");
		TestConnection two = connect();
		one.cut();
		two.call("say", "missed");
		this.tester.advance(Duration.ofMinutes(10));
		one.resume().expectResynced().expectNoEvent();
	}

	@Test
	void stopsAndStartsAgain() {
		TestConnection one = connect("said");
		one.call("say", "hi").expectReply();
		this.tester.restart();
		one.expectClosed().withReason("actor.restarting");
		one.resume().call("all").expectReply(List.of("hi", "good night"));
	}

	@Test
	void losesWhatIsNotSavedAtAKill() {
		TestConnection one = connect("said");
		one.call("sayDurably", "hi").expectReply(1);
		one.call("say", "ho").expectReply(2);
		this.tester.kill();
		assertThat(one.expectClosed().reason()).isNull();
		one.resume().call("all").expectReply(List.of("hi"));
	}

	@Test
	void failsASave() {
		TestConnection one = connect("said");
		this.tester.failNextSave();
		one.call("sayDurably", "hi").expectRefused();
		one.expectNoEvent();
		one.call("sayDurably", "ho").expectReply(1);
	}

	@Test
	void dropsVolatileEventsForASlowReader() {
		TestConnection one = connect("said", "watching");
		one.slowReader();
		TestConnection two = connect();
		String large = "x".repeat(60_000);
		for (int i = 0; i < 200; i++) {
			two.call("say", large);
		}
		one.expectClosed().withReason("connection.slow_consumer");
	}

	// Nodes

	@Test
	void refusesFaultsOfSeveralNodes() {
		String message = "This test has one node: set nodes = 3 of @ActorTest or @AutoConfigureActorTester";
		assertThatIllegalStateException().isThrownBy(() -> this.tester.partition(1)).withMessage(message);
		assertThatIllegalStateException().isThrownBy(() -> this.tester.kill(1)).withMessage(message);
		assertThatIllegalStateException().isThrownBy(() -> this.tester.owner("room", "x")).withMessage(message);
	}

}
