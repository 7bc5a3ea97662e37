/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import io.rivetevents.test.ActionResult;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.ActorTest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What the time of a test and the end of all work wait for.
 */
@ActorTest(Relay.class)
class SettlingTests {

	/** As many real milliseconds as a slow call over HTTP takes. */
	private static final int REAL = 250;

	@Autowired
	private ActorTester tester;

	private TestConnection connect() {
		return this.tester.connect("relay", "0").subscribe("passed", "told");
	}

	@Test
	void doesNotTakeUnreadEventsForNone() {
		TestConnection slow = connect().slowReader();
		connect().perform("tell");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(slow::expectNoEvent)
			.withMessageContaining("does not read: call readAgain() first");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> slow.expectEvent("told"))
			.withMessageContaining("does not read: call readAgain() first");
		slow.readAgain().expectEvent("told", "planned");
		slow.expectNoEvent();
	}

	@Test
	void doesNotWaitForTheAnswersOfAClientThatDoesNotRead() {
		TestConnection slow = connect().slowReader();
		ActionResult unread = slow.call("tell");
		connect().expectNoEvent();
		slow.readAgain();
		unread.expectReply();
	}

	@Test
	void readsAfterAResume() {
		TestConnection slow = connect().slowReader();
		slow.cut().resume().expectResumed().expectNoEvent();
	}

	@Test
	void doesNotOvertakeAnActionThatBlocks() {
		ActionResult result = connect().call("fetch", REAL);
		this.tester.advance(Duration.ofMinutes(1));
		result.expectReply("fetched");
	}

	@Test
	void doesNotOvertakeAnActionWithoutAThread() {
		ActionResult result = connect().call("fetchLater", REAL);
		this.tester.advance(Duration.ofMinutes(1));
		result.expectReply("fetched");
	}

	@Test
	void doesNotOvertakeAScheduledAction() {
		TestConnection one = connect().perform("planFetch", REAL);
		this.tester.advance(Duration.ofHours(2));
		one.expectEvent("told", "fetched");
	}

	@Test
	void letsActionsTimeOutThatDoNotEnd() {
		TestConnection one = connect();
		ActionResult blocked = one.call("fetch", 60_000);
		ActionResult waiting = this.tester.connect("relay", "1").open().call("fetchLater", 60_000);
		this.tester.advance(Duration.ofSeconds(5));
		blocked.expectRefused().withCode("actor.action_timed_out");
		waiting.expectRefused().withCode("actor.action_timed_out");
	}

	@Test
	void runsAScheduleAtTheInstantOfAKeepAlive() {
		TestConnection one = connect();
		for (int seconds : new int[] { 5, 10, 15, 20, 25, 30, 60 }) {
			one.perform("plan", seconds * 1000L);
			this.tester.advance(Duration.ofSeconds(seconds).minusMillis(1));
			one.expectNoEvent();
			this.tester.advance(Duration.ofMillis(1));
			one.expectEvent("told", "planned");
			one.expectNoEvent();
		}
	}

	@Test
	void runsASchedulePlannedBetweenTwoMilliseconds() {
		TestConnection one = connect();
		this.tester.advance(Duration.ofNanos(1));
		one.perform("plan", 1000L);
		this.tester.advance(Duration.ofSeconds(1));
		one.expectEvent("told", "planned");
	}

	@Test
	void waitsForCallsBetweenActorsWithoutAnAnswer() {
		TestConnection one = connect();
		this.tester.connect("relay", "9").open().call("pass", "hi", 9);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(one::expectNoEvent)
			.withMessageContaining("passed(\"hi\") has arrived");
		one.expectEvent("passed", "hi");
		one.expectNoEvent();
	}

	@Test
	void saysThatAOneWayActionIsNotAnswered() {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> connect().perform("pass", "hi", 0))
			.withMessageContaining("which a one-way action never is");
		connect().call("pass", "hi", 0).expectNoAnswer();
	}

	@Test
	void awaitsATurnAfterOneThatDidNotEnd() {
		TestConnection one = connect();
		one.call("fetch", 60_000);
		this.tester.advance(Duration.ofSeconds(5));
		ActionResult result = one.call("fetchLater", REAL);
		this.tester.advance(Duration.ofSeconds(5));
		result.expectReply("fetched");
	}

	@Test
	void refusesATimeThatClocksCannotShow() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.tester.advance(Duration.ofDays(100_000_000)))
			.withMessageContaining("A virtual time ends");
		assertThatIllegalArgumentException().isThrownBy(() -> this.tester.advance(Duration.ofSeconds(Long.MAX_VALUE)));
		assertThat(this.tester.now()).isBefore(java.time.Instant.parse("2030-01-01T00:00:00Z"));
	}

}
