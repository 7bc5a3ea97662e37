/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.ActorTest;

import static io.rivetevents.test.TestUser.user;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link ChatRoom} as clients see it, without a server.
 */
@ActorTest(ChatRoom.class)
class ChatRoomTests {

	@Autowired
	private ActorTester tester;

	@Test
	void sendsAMessageToAllInTheRoom() {
		TestConnection ada = this.tester.connect("chatRoom", "lobby").as(user("ada")).open();
		TestConnection guest = this.tester.connect("chatRoom", "lobby").subscribe("messageReceived");
		TestConnection elsewhere = this.tester.connect("chatRoom", "attic").subscribe("messageReceived");
		ada.call("sendMessage", "ignored", "hello");
		assertThat(guest.expectEvent("messageReceived")).extractingPath("$[0].text").isEqualTo("hello");
		elsewhere.expectNoEvent();
	}

	@Test
	void mentionsAUserInAnotherRoom() {
		TestConnection ada = this.tester.connect("chatRoom", "attic").as(user("ada")).subscribe("mentioned");
		TestConnection guest = this.tester.connect("chatRoom", "lobby").subscribe("mentioned");
		guest.call("sendMessage", "bob", "where is @ada?");
		assertThat(ada.expectEvent("mentioned")).extractingPath("$[0].room").isEqualTo("lobby");
		guest.expectNoEvent();
	}

	@Test
	void sendsAReminderWhenItsTimeHasCome() {
		TestConnection guest = this.tester.connect("chatRoom", "lobby").subscribe("messageReceived");
		guest.call("remind", "bob", "tea", 300);
		this.tester.advance(Duration.ofSeconds(299));
		guest.expectNoEvent();
		this.tester.advance(Duration.ofSeconds(1));
		assertThat(guest.expectEvent("messageReceived")).extractingPath("$[0].text").isEqualTo("tea");
	}

	@Test
	void saysWhoHasLeft() {
		TestConnection ada = this.tester.connect("chatRoom", "lobby").as(user("ada")).open();
		TestConnection bob = this.tester.connect("chatRoom", "lobby").as(user("bob")).subscribe("presenceChanged");
		bob.expectEvent("presenceChanged", List.of("ada", "bob"));
		ada.cut();
		bob.expectEvent("presenceChanged", List.of("bob"));
	}

	@Test
	void refusesAnEmptyMessage() {
		TestConnection guest = this.tester.connect("chatRoom", "lobby").open();
		guest.call("sendMessage", "bob", " ").expectRefused().withCode("actor.validation_error");
	}

}
