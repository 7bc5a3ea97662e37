/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import org.h2.Driver;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.transaction.support.TransactionTemplate;

import io.rivetevents.connection.Connections;
import io.rivetevents.explain.Delivery;
import io.rivetevents.explain.Delivery.Kind;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.ActorTest;

import static io.rivetevents.test.TestUser.user;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Explanations of events by the tester.
 */
@ActorTest
class ExplainTests {

	@Autowired
	private ActorTester tester;

	@Autowired
	private Connections connections;

	@Test
	void explainsWhoHasReceivedAnEvent() {
		TestConnection one = this.tester.connect("room", "x").as(user("one")).subscribe("said");
		this.tester.connect("room", "x").as(user("two")).open();
		one.call("say", "hi").expectReply();
		assertThat(this.tester.explain("said")).anySatisfy((delivery) -> {
			assertThat(delivery.user()).isEqualTo("one");
			assertThat(delivery.steps()).extracting(Delivery.Step::kind)
				.containsExactly(Kind.TARGETED, Kind.QUEUED, Kind.WRITTEN, Kind.HANDLED);
		}).anySatisfy((delivery) -> {
			assertThat(delivery.user()).isEqualTo("two");
			assertThat(delivery.has(Kind.NOT_SUBSCRIBED)).isTrue();
		}).hasSize(2);
		assertThat(this.tester.explain("said").toString()).contains("said of room[x]",
				"one   targeted, queued, written, handled", "two   not subscribed");
	}

	@Test
	void explainsWhatClientsHaveHandled() {
		TestConnection one = this.tester.connect("room", "x").as(user("one")).subscribe("said");
		this.tester.connect("room", "x").as(user("two")).plainProtocol().subscribe("said");
		TestConnection three = this.tester.connect("room", "x").as(user("three")).subscribe("said").slowReader();
		one.perform("say", "hi");
		assertThat(this.tester.explain("said").toString()).containsPattern("one +targeted, queued, written, handled\n")
			.containsPattern("two +targeted, queued, written\n")
			.containsPattern("three +targeted, queued\n?");
		three.readAgain();
		one.cut();
		one.resume();
		assertThat(this.tester.explain("said")).filteredOn((delivery) -> delivery.has(Kind.HANDLED))
			.extracting(Delivery::user)
			.containsExactlyInAnyOrder("one", "three");
	}

	@Test
	void explainsARefusedSubscription() {
		this.tester.connect("room", "x").as(user("one")).subscribe("audited");
		assertThat(this.tester.explain("audited")).singleElement()
			.satisfies((delivery) -> assertThat(delivery.reason(Kind.REFUSED)).isEqualTo("auth.forbidden"));
	}

	@Test
	void explainsAnEventToTheConnectionsOfAllActors() {
		this.tester.connect("room", "x").as(user("one")).subscribe("news", "audited");
		this.tester.connect("room", "y").as(user("two")).open();
		this.connections.everywhere().broadcast("news", "hi");
		assertThat(this.tester.explain("news").toString()).contains("news of all actors, no position",
				"one   targeted, queued", "two   not subscribed");
		this.connections.user("two").send("told", "hi");
		assertThat(this.tester.explain("told").toString()).contains("one   not selected", "two   targeted, queued");
		this.connections.everywhere().broadcast("audited", "hi");
		assertThat(this.tester.explain("audited").toString()).contains("one   refused (auth.forbidden)");
	}

	@Test
	void explainsAnEventThatWaitsForATransaction() {
		TransactionTemplate transaction = new TransactionTemplate(
				new DataSourceTransactionManager(new SimpleDriverDataSource(new Driver(), "jdbc:h2:mem:explain")));
		TestConnection one = this.tester.connect("room", "x").as(user("one")).subscribe("news");
		transaction.executeWithoutResult((status) -> {
			this.connections.here().afterCommit().broadcast("news", "lost");
			assertThat(this.tester.explain("news")).singleElement()
				.satisfies((delivery) -> assertThat(delivery.reason(Kind.HELD))
					.isEqualTo("until the end of a transaction"));
			status.setRollbackOnly();
		});
		assertThat(this.tester.explain("news")).singleElement()
			.satisfies((delivery) -> assertThat(delivery.reason(Kind.FAILED))
				.isEqualTo("the transaction was rolled back"));
		one.expectNoEvent();
		transaction.executeWithoutResult((status) -> this.connections.here().afterCommit().broadcast("news", "kept"));
		one.expectEvent("news", "kept");
		assertThat(this.tester.explain("news")).hasSize(2).last().satisfies((delivery) -> {
			assertThat(delivery.has(Kind.QUEUED)).isTrue();
			assertThat(delivery.has(Kind.HELD)).isFalse();
		});
	}

	@Test
	void explainsNothingOfOtherTests() {
		assertThat(this.tester.explain("said")).isEmpty();
	}

}
