/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import io.rivetevents.test.autoconfigure.AutoConfigureActorTester;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;

import static io.rivetevents.test.TestUser.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** The same tests over real sockets. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.test.transport=websocket", "rivet.test.patience=2s", "rivet.events.shutdown.spread=0s" })
@AutoConfigureActorTester
class SocketTesterTests {

	@Autowired
	private ActorTester tester;

	@Test
	void sendsAnEventToOneUserAndNotToAnother() {
		TestConnection one = this.tester.connect("room", "x").as(user("one")).subscribe("told");
		TestConnection two = this.tester.connect("room", "x").as(user("two")).subscribe("told");
		two.call("tell", "one", "hi").expectReply();
		one.expectEvent("told", "hi");
		two.expectNoEvent();
		one.expectNoEvent();
	}

	@Test
	void waitsForWhatFollowsFromACallWithoutAnExpectation() {
		TestConnection one = this.tester.connect("room", "w").open();
		TestConnection two = this.tester.connect("room", "w").subscribe("said");
		String text = "x".repeat(30_000); // takes the server longer to read than the next
		for (int i = 0; i < 50; i++) {
			one.call("say", text);
			assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> two.expectNoEvent("said"));
			two.expectEvent("said", text);
		}
	}

	@Test
	void waitsForCallsBetweenActorsWithoutAnAnswer() {
		TestConnection one = this.tester.connect("relay", "0").subscribe("passed");
		TestConnection first = this.tester.connect("relay", "9").open();
		for (int i = 0; i < 50; i++) {
			first.call("pass", "hi", 9);
			assertThatExceptionOfType(AssertionError.class).isThrownBy(one::expectNoEvent)
				.withMessageContaining("passed(\"hi\") has arrived");
			one.expectEvent("passed", "hi");
		}
		one.expectNoEvent();
	}

	@Test
	void usesTheRulesOfTheApplication() {
		TestConnection one = this.tester.connect("room", "y").as(user("one").roles("USER")).params("blue").open();
		one.call("who").expectReply("one with blue");
		one.call("secret").expectRefused().withCode("auth.forbidden");
		one.subscribe("audited").expectRefused("audited").withCode("auth.forbidden");
	}

	@Test
	void speaksThePlainProtocol() {
		TestConnection one = this.tester.connect("room", "z").params("red").plainProtocol().subscribe("said");
		one.call("who").expectReply("nobody with red");
		one.call("say", "hi").expectReply(1);
		one.expectEvent("said", "hi");
		one.expectNoEvent();
	}

	@Test
	void resumes() {
		TestConnection one = this.tester.connect("room", "r").subscribe("said");
		TestConnection two = this.tester.connect("room", "r").open();
		one.cut();
		two.call("say", "missed").expectReply();
		one.resume().expectResumed().expectEvent("said", "missed");
	}

	@Test
	void leaves() {
		TestConnection two = this.tester.connect("room", "c").subscribe("said", "left");
		for (int i = 0; i < 20; i++) {
			TestConnection one = this.tester.connect("room", "c").open();
			one.call("say", "bye").expectReply();
			one.close().expectClosed();
			two.expectEvent("said", "bye");
			two.expectEvent("left");
		}
		two.expectNoEvent();
	}

	@Test
	void rejectsAClient() {
		TestConnection one = this.tester.connect("room", "none").existing().open();
		one.expectRefused().withCode("actor.not_found");
		one.expectClosed().withReason("actor.not_found");
	}

	@Test
	void saysWhatRealTimeCannotDo() {
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.tester.advance(Duration.ofSeconds(1)))
			.withMessageContaining("remove rivet.test.transport=websocket");
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(this.tester::kill);
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(this.tester::restart);
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(this.tester::failNextSave);
		TestConnection one = this.tester.connect("room", "x").open();
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(one::slowReader);
		assertThatIllegalStateException().isThrownBy(() -> this.tester.connect("room", "x").input(1).open());
	}

	@Test
	void listsWhatHasArrived() {
		TestConnection one = this.tester.connect("room", "l").subscribe("said");
		one.call("say", "hi").expectReply();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(one::expectNoEvent)
			.satisfies((ex) -> assertThat(ex.getMessage()).contains("said(\"hi\") has arrived"));
	}

}
