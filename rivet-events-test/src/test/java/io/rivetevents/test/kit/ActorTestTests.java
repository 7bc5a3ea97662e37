/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

import io.rivetevents.test.autoconfigure.ActorTest;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;

import static io.rivetevents.test.TestUser.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a user of the library tests in a slice, and what a failed expectation says.
 */
@ActorTest
class ActorTestTests {

	@Autowired
	private ActorTester tester;

	@Test
	void sendsAnEventToOneUserAndNotToAnother() {
		TestConnection one = this.tester.connect("room", "x").as(user("one")).subscribe("told");
		TestConnection two = this.tester.connect("room", "x").as(user("two")).subscribe("told");
		two.call("tell", "one", "hi").expectReply();
		one.expectEvent("told", "hi");
		two.expectNoEvent();
	}

	@Test
	void provesItInThreeLines() {
		TestConnection two = this.tester.connect("room", "x").as(user("two")).subscribe("told");
		this.tester.connect("room", "x").as(user("one")).open().perform("tell", "one", "hi").expectEvent("told", "hi");
		two.expectNoEvent();
	}

	@Test
	void performsWhatIsNotRefused() {
		TestConnection one = this.tester.connect("room", "x").open();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> one.perform("fail"))
			.withMessageContaining("the action fail is replied to, but the server sent the error user.full");
	}

	@Test
	void repliesWithAValue() {
		TestConnection one = this.tester.connect("room", "x").open();
		one.call("say", "hi").expectReply(1);
		assertThat(one.call("say", "ho").value(Integer.class)).isEqualTo(2);
		one.expectNoEvent();
	}

	@Test
	void hasNoInstancesOfOtherTests() {
		this.tester.connect("room", "x").open().call("say", "hi").expectReply(1);
	}

	@Test
	void refusesAnActionByARule() {
		TestConnection one = this.tester.connect("room", "x").as(user("one").roles("USER")).open();
		one.call("secret");
		one.expectRefused("secret").withCode("auth.forbidden");
		TestConnection admin = this.tester.connect("room", "x").as(user("two").roles("ADMIN")).open();
		admin.call("secret").expectReply("42");
	}

	@Test
	void refusesASubscriptionByARule() {
		TestConnection one = this.tester.connect("room", "x").as(user("one").roles("USER")).subscribe("audited");
		one.expectRefused("audited").withCode("auth.forbidden");
		one.subscribe("audited").expectRefused("audited").withCode("forbidden");
	}

	@Test
	void listsWhatHasArrivedIfAnEventHasNot() {
		TestConnection one = this.tester.connect("room", "x").as(user("one")).subscribe("said");
		one.call("say", "hi").expectReply();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> one.expectEvent("told", "hi"))
			.withMessageContaining("Expected for user one at room[x] that the event told(\"hi\") arrives")
			.withMessageContaining("event said(\"hi\")")
			.withMessageContaining("The connection is open.");
	}

	@Test
	void saysWhatTheEventHasInstead() {
		TestConnection one = this.tester.connect("room", "x").subscribe("said");
		one.call("say", "hi");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> one.expectEvent("said", "ho"))
			.withMessageContaining("the next event said is said(\"ho\"), but it is said(\"hi\")");
	}

	@Test
	void saysWhichEventHasArrivedAlthoughNoneIsExpected() {
		TestConnection one = this.tester.connect("room", "x").subscribe("said");
		one.call("say", "hi");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(one::expectNoEvent)
			.withMessageContaining("no event arrives, but said(\"hi\") has arrived");
		one.expectNoEvent("told");
	}

}
