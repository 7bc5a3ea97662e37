/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnSleep;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients whose actor leaves its node in an orderly way, with messages that are under
 * way.
 */
class MovedLinksTests {

	private final TestCluster cluster = new TestCluster(3, new Random(1), () -> new Object[] { new Log() });

	private final TestCluster.Node owner = this.cluster.nodes.get(0);

	private final TestCluster.Node third = this.cluster.nodes.get(2);

	private final ActorAddress log = this.cluster.address("Log");

	private Stream<Frame> returned() {
		return this.cluster.sent.stream().filter(Frame.GiveBack.class::isInstance);
	}

	@Test
	void callsThatHaveNotBegunRunAtTheNextOwner() {
		TestClient ada = TestClient.extended("ada", this.third, this.log);
		this.cluster.settle();
		ada.call(1, "add", "one");
		ada.call(2, "add", "two");
		ada.callOnce(3, "key", "add", "three");
		this.cluster.move(this.owner, this.log);
		ada.call(4, "add", "four");
		this.cluster.pass(Duration.ofSeconds(1));
		ada.call(5, "all");
		this.cluster.settle();
		assertThat(returned()).hasSizeGreaterThanOrEqualTo(3);
		assertThat(ada.told()).contains("answer 1", "answer 2", "answer 3", "answer 4", "answer 5");
		assertThat(ada.all("ActionResponse").get(4).path("output").toString())
			.isEqualTo("[\"one\",\"two\",\"three\",\"four\"]");
		assertThat(ada.isOpen()).isTrue();
	}

	@Test
	void subscriptionsThatHaveNotBegunAreMadeAtTheNextOwner() {
		TestClient ada = TestClient.extended("ada", this.third, this.log);
		TestClient bob = TestClient.plain("bob", this.third, this.log);
		this.cluster.settle();
		ada.subscribe("added");
		bob.subscribe("added");
		this.cluster.move(this.owner, this.log);
		this.cluster.pass(Duration.ofSeconds(1));
		ada.call(1, "add", "one");
		this.cluster.settle();
		assertThat(ada.told()).containsSubsequence("SubscriptionResponse", "one", "answer 1");
		assertThat(ada.all("SubscriptionResponse")).hasSize(1);
		assertThat(bob.told()).containsExactly("Init", "one");
	}

	@Test
	void aClientOfTheNodeThatTheActorLeavesStaysConnected() {
		TestClient ada = TestClient.extended("ada", this.owner, this.log, "added");
		TestClient bob = TestClient.plain("bob", this.owner, this.log);
		bob.subscribe("added");
		this.cluster.settle();
		this.cluster.move(this.owner, this.log);
		ada.call(1, "add", "one");
		this.cluster.pass(Duration.ofSeconds(1));
		assertThat(this.owner.harness.node().size()).isZero();
		assertThat(ada.told()).containsSubsequence("one", "answer 1");
		// bob may have been connected again after the first one
		ada.call(2, "add", "two");
		this.cluster.settle();
		assertThat(bob.told()).startsWith("Init").endsWith("two").doesNotHaveDuplicates();
		assertThat(this.owner.links.clients().size()).isEqualTo(2);
		bob.leave();
		this.cluster.settle();
		assertThat(this.owner.links.clients().size()).isOne();
	}

	@Test
	void theClientsOfAnActorThatIsDeletedAfterItsMoveAreClosedAsDestroying() {
		TestClient ada = TestClient.extended("ada", this.third, this.log, "added");
		TestClient bob = TestClient.plain("bob", this.third, this.log);
		TestClient cleo = TestClient.extended("cleo", this.owner, this.log, "added");
		this.cluster.settle();
		this.cluster.move(this.owner, this.log);
		this.cluster.nodes.get(1).harness.directory().destroy(new ActorTarget.Get(this.log)).block();
		this.cluster.pass(Duration.ofSeconds(1));
		assertDestroyed(ada, bob, cleo);
	}

	@Test
	void theClientsOfAnActorThatIsDeletedDuringItsMoveAreClosedAsDestroying() {
		TestClient ada = TestClient.extended("ada", this.third, this.log, "added");
		TestClient cleo = TestClient.extended("cleo", this.owner, this.log, "added");
		this.cluster.settle();
		((Log) this.owner.actors[0]).onSleep = () -> this.owner.harness.directory()
			.destroy(new ActorTarget.Get(this.log))
			.subscribe();
		this.cluster.move(this.owner, this.log);
		this.cluster.pass(Duration.ofSeconds(1));
		assertDestroyed(ada, cleo);
	}

	@Test
	void theClientsOfADeletedActorAreNotConnectedToTheNextOneOfItsKey() {
		TestClient ada = TestClient.extended("ada", this.third, this.log, "added");
		TestClient bob = TestClient.plain("bob", this.third, this.log);
		TestClient cleo = TestClient.extended("cleo", this.owner, this.log, "added");
		this.cluster.settle();
		this.cluster.move(this.owner, this.log);
		createAgain(this.cluster.nodes.get(1));
		this.cluster.pass(Duration.ofSeconds(1));
		assertClosedAsDestroying(ada, bob, cleo);
	}

	/** Which has connected to the next owner, and has not received its answer. */
	@Test
	void aClientThatWasJustAcceptedIsNotConnectedToTheNextActorOfTheKey() {
		TestClient ada = TestClient.extended("ada", this.third, this.log, "added");
		while (ada.told().isEmpty()) {
			this.cluster.deliverOne();
		}
		this.cluster.kill(this.owner);
		createAgain(this.cluster.nodes.get(1));
		this.cluster.pass(Duration.ofSeconds(1));
		assertThat(ada.told()).containsExactly("Init fresh");
		assertThat(ada.refusal).hasMessageContaining("destroy");
	}

	private void createAgain(TestCluster.Node node) {
		node.harness.directory().destroy(new ActorTarget.Get(this.log)).block();
		node.harness.directory().resolve(new ActorTarget.Create(this.log, null)).block();
	}

	private void assertDestroyed(TestClient... clients) {
		assertClosedAsDestroying(clients);
		this.cluster.nodes.forEach((node) -> assertThat(node.harness.node().size()).isZero());
	}

	private static void assertClosedAsDestroying(TestClient... clients) {
		assertThat(clients).extracting((client) -> client.queue.closeReason())
			.containsOnly(CloseReason.of(ErrorCode.DESTROYING));
	}

	@Test
	void aGatewayOfAnOlderVersionReceivesAnError() {
		TestClient ada = TestClient.extended("ada", this.third, this.log);
		this.cluster.settle();
		this.third.old = true;
		ada.call(1, "add", "one");
		this.cluster.move(this.owner, this.log);
		this.cluster.pass(Duration.ofSeconds(1));
		assertThat(returned()).isEmpty();
		assertThat(ada.told()).contains("restarting 1").doesNotContain("answer 1");
	}

	/** Keeps what is added. */
	static final class Log {

		private Runnable onSleep = () -> {
		};

		@CreateState
		String[] create() {
			return new String[0];
		}

		@OnSleep
		void sleep() {
			this.onSleep.run();
		}

		@Action
		void add(ActorContext<String[], ?> c, String entry) {
			c.setState(Stream.concat(Stream.of(c.state()), Stream.of(entry)).toArray(String[]::new));
			c.broadcast("added", entry);
		}

		@Action
		String[] all(ActorContext<String[], ?> c) {
			return c.state();
		}

	}

}
