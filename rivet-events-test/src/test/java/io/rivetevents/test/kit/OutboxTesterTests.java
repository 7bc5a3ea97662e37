/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import io.rivetevents.actor.Actors;
import io.rivetevents.connection.Connections;
import io.rivetevents.extension.Outbox;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.TestUser;
import io.rivetevents.test.autoconfigure.AutoConfigureActorTester;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The outbox of an application with H2, in virtual time.
 */
@SpringBootTest(properties = { "rivet.events.outbox.max-age=1m", "spring.datasource.url=jdbc:h2:mem:outbox" })
@AutoConfigureActorTester
class OutboxTesterTests {

	@Autowired
	private ActorTester tester;

	@Autowired
	private Connections connections;

	@Autowired
	private Actors actors;

	@Autowired
	private Outbox outbox;

	@Autowired
	private PlatformTransactionManager transactions;

	private void transaction(boolean rollback, Runnable work) {
		new TransactionTemplate(this.transactions).executeWithoutResult((status) -> {
			work.run();
			if (rollback) {
				status.setRollbackOnly();
			}
		});
	}

	@Test
	void deliversAfterTheCommit() {
		TestConnection ada = this.tester.connect("room", "x").as(TestUser.user("ada")).open();
		transaction(false, () -> this.connections.user("ada").durable().send("told", "kept"));
		transaction(true, () -> this.connections.user("ada").durable().send("told", "dropped"));
		ada.expectEvent("told", "kept");
		ada.expectNoEvent();
	}

	@Test
	void keepsAnEventForAUserThatConnectsLater() {
		this.connections.user("linus").durable().send("told", "later");
		this.tester.advance(Duration.ofSeconds(30));
		TestConnection linus = this.tester.connect("room", "x").as(TestUser.user("linus")).open();
		this.tester.advance(Duration.ofSeconds(30));
		linus.expectEvent("told", "later");
	}

	@Test
	void dropsAnEventAfterItsMaximumAge() {
		long before = this.outbox.status().unreceived();
		this.connections.user("grace").durable().send("told", "late");
		this.tester.advance(Duration.ofSeconds(63));
		TestConnection grace = this.tester.connect("room", "x").as(TestUser.user("grace")).open();
		this.tester.advance(Duration.ofMinutes(1));
		grace.expectNoEvent();
		assertThat(this.outbox.status().unreceived()).isEqualTo(before + 1);
	}

	@Test
	void callsAnAction() {
		TestConnection client = this.tester.connect("room", "y").subscribe("said");
		transaction(false, () -> this.actors.get("room", "y").durable().call("say", "hi"));
		client.expectEvent("said", "hi");
	}

}
