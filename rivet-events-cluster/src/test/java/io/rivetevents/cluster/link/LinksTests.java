/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.connection.Connection;
import io.rivetevents.contract.History;
import io.rivetevents.error.UserError;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients of two nodes whose actor is on a third one, over what can happen to the nodes.
 */
class LinksTests {

	private static final CloseReason RESTARTING = CloseReason.of(ErrorCode.RESTARTING);

	private final TestCluster cluster = new TestCluster(3, new Random(1),
			() -> new Object[] { new Room(), new Board() });

	private final TestCluster.Node owner = this.cluster.nodes.get(0);

	private final TestCluster.Node second = this.cluster.nodes.get(1);

	private final TestCluster.Node third = this.cluster.nodes.get(2);

	private final ActorAddress room = this.cluster.address("Room");

	private final ActorAddress board = this.cluster.address("Board");

	@Test
	void connectsAClientToTheActorOfAnotherNode() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		this.cluster.settle();
		assertThat(ada.told()).containsExactly("Init fresh");
		assertThat(ada.all("Init").get(0).path("connectionId").stringValue()).isEqualTo(ada.request.connectionId());
		assertThat(room(this.owner).connected).containsExactly("ada");
		assertThat(this.third.links.clients().size()).isEqualTo(1);
		assertThat(this.owner.links.gateways().size()).isEqualTo(1);
	}

	@Test
	void connectsAClientOfThePlainProtocol() {
		TestClient ada = TestClient.plain("ada", this.third, this.room);
		this.cluster.settle();
		ada.subscribe("said");
		ada.call(1, "say", "hi");
		this.cluster.settle();
		assertThat(ada.told()).containsExactly("Init", "hi", "answer 1");
	}

	@Test
	void sendsTheEventsOfAnActionBeforeItsAnswer() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		TestClient bob = TestClient.extended("bob", this.second, this.room, "said");
		this.cluster.settle();
		for (int i = 1; i <= 20; i++) {
			ada.call(i, "say", "text " + i);
		}
		this.cluster.settle();
		List<String> expected = new ArrayList<>(List.of("Init fresh"));
		for (int i = 1; i <= 20; i++) {
			expected.addAll(List.of("text " + i, "answer " + i));
		}
		assertThat(ada.told()).containsExactlyElementsOf(expected);
		assertThat(bob.told()).hasSize(21);
	}

	@Test
	void sendsABroadcastOnceToEachNode() {
		for (int i = 0; i < 50; i++) {
			TestClient.extended("left" + i, this.second, this.room, "said");
			TestClient.extended("right" + i, this.third, this.room, "said");
		}
		this.cluster.settle();
		this.cluster.sent.clear();
		this.owner.harness.call(Room.class, this.room.key().parts().get(0), "say", "hi");
		assertThat(this.cluster.sent).hasSize(2)
			.allSatisfy((frame) -> assertThat(frame).isInstanceOfSatisfying(Frame.Send.class,
					(send) -> assertThat(send.connectionIds()).hasSize(50)));
	}

	@Test
	void losesNothingInABurst() {
		List<TestClient> clients = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			for (TestCluster.Node gateway : List.of(this.owner, this.second, this.third)) {
				clients.add(TestClient.extended("user" + i, gateway, this.room, "said"));
			}
		}
		this.cluster.settle();
		this.cluster.sent.clear();
		List<String> expected = new ArrayList<>(List.of("Init fresh"));
		for (int i = 0; i < 5000; i++) {
			expected.add("text " + i);
			say(this.owner, "text " + i);
			if (i % 1000 == 999) { // their queues are bounded
				this.cluster.settle();
				clients.forEach(TestClient::poll);
			}
		}
		assertThat(this.cluster.sent).hasSize(10_000).allMatch(Frame.Send.class::isInstance);
		assertThat(clients).allSatisfy((client) -> assertThat(client.told()).containsExactlyElementsOf(expected));
	}

	@Test
	void sendsTheIdsOfTheSameRecipientsOnce() {
		List<TestClient> clients = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			clients.add(TestClient.extended("user" + i, this.third, this.room, "said"));
		}
		this.cluster.settle();
		assertThat(idsInABroadcast("one")).containsExactly(5, 0);
		assertThat(idsInABroadcast("two")).containsExactly(0, 0);
		TestClient left = clients.remove(2);
		left.poll();
		left.leave();
		this.cluster.settle();
		assertThat(idsInABroadcast("three")).containsExactly(4, 0);
		this.cluster.reset(this.owner, this.third);
		this.cluster.settle();
		assertThat(idsInABroadcast("four")).containsExactly(4, 0);
		assertThat(left.told()).containsExactly("Init fresh", "one", "one", "two", "two");
		assertThat(clients).allSatisfy((client) -> assertThat(client.told()).containsExactly("Init fresh", "one", "one",
				"two", "two", "three", "three", "four", "four"));
	}

	/** The client of an id is another one after a while. */
	@Test
	void sendsToTheConnectionThatHasTheIdNow() {
		List<TestClient> clients = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			clients.add(TestClient.extended("user" + i, this.third, this.room, "said"));
		}
		this.cluster.settle();
		say(this.owner, "one");
		this.cluster.settle();
		clients.get(1).poll();
		clients.get(1).leave();
		TestClient late = TestClient.extended("late", this.third, this.room, "said");
		say(this.owner, "two");
		this.cluster.settle();
		say(this.owner, "three");
		this.cluster.settle();
		assertThat(clients.get(1).told()).containsExactly("Init fresh", "one");
		assertThat(late.told()).startsWith("Init fresh").endsWith("three").doesNotContain("one");
		assertThat(clients.get(0).told()).containsExactly("Init fresh", "one", "two", "three");
	}

	/** Broadcasts twice, and returns how many ids were sent. */
	private List<Integer> idsInABroadcast(String text) {
		this.cluster.sent.clear();
		say(this.owner, text);
		say(this.owner, text);
		List<Integer> ids = this.cluster.sent.stream()
			.filter(Frame.Send.class::isInstance)
			.map((frame) -> ((Frame.Send) frame).connectionIds().size())
			.toList();
		this.cluster.settle();
		return ids;
	}

	@Test
	void resumesWithoutADoubleWhenASessionIsReset() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		this.cluster.settle();
		say(this.owner, "one");
		this.cluster.settle();
		say(this.owner, "two");
		say(this.owner, "three");
		this.cluster.reset(this.owner, this.third);
		say(this.owner, "four");
		this.cluster.settle();
		say(this.owner, "five");
		this.cluster.settle();
		assertThat(ada.told()).containsExactly("Init fresh", "one", "two", "three", "four", "five");
		assertThat(room(this.owner).connected).containsExactly("ada", "ada");
		assertThat(room(this.owner).disconnected).containsExactly("ada");
		assertThat(ada.isOpen()).isTrue();
		assertThat(this.third.links.counters().reconnected()).isOne();
		assertThat(this.third.links.counters().resynced()).isZero();
	}

	@Test
	void resumesADurableHistoryAtTheNextOwner() {
		TestClient ada = TestClient.extended("ada", this.third, this.board, "said");
		this.cluster.settle();
		ada.call(1, "say", "one");
		this.cluster.settle();
		this.owner.harness.call(Board.class, key(this.board), "say", "two"); // on its way
		this.cluster.kill(this.owner);
		this.cluster.pass(Duration.ofSeconds(1));
		ada.call(2, "say", "three");
		this.cluster.settle();
		assertThat(ada.told()).containsExactly("Init fresh", "one", "answer 1", "two", "three", "answer 2");
	}

	@Test
	void tellsEachClientThatTheHistoryInMemoryIsLost() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		TestClient bob = TestClient.extended("bob", this.second, this.room, "said");
		this.cluster.settle();
		say(this.owner, "one");
		this.cluster.settle();
		say(this.owner, "lost");
		this.cluster.kill(this.owner);
		this.cluster.pass(Duration.ofSeconds(1));
		say(this.second, "two");
		this.cluster.settle();
		// the second client is at the node that owns the actor now
		assertThat(ada.told()).containsExactly("Init fresh", "one", "Init resynced epoch_changed", "two");
		assertThat(bob.told()).containsExactly("Init fresh", "one", "Init resynced epoch_changed", "two");
		assertThat(this.third.links.counters().resynced()).isOne();
		assertThat(ada.all("Init").get(1).path("reason").stringValue()).isEqualTo("epoch_changed");
		assertThat(ada.all("Init").get(1).path("connectionId").stringValue()).isEqualTo(ada.request.connectionId());
	}

	@Test
	void restoresTheSubscriptionsOfAPlainClient() {
		TestClient ada = TestClient.plain("ada", this.third, this.room);
		this.cluster.settle();
		ada.subscribe("said");
		ada.subscribe("never");
		ada.send(new ToServer.SubscriptionRequest("never", false));
		this.cluster.settle();
		this.cluster.kill(this.owner);
		this.cluster.pass(Duration.ofSeconds(1));
		say(this.second, "two");
		this.cluster.settle();
		assertThat(ada.told()).containsExactly("Init", "two");
		assertThat(ada.isOpen()).isTrue();
	}

	@Test
	void restoresASubscriptionThatWasChangedLater() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "other");
		this.cluster.settle();
		ada.subscribe("said");
		ada.send(new ToServer.SubscriptionRequest("other", false));
		this.cluster.settle();
		ada.subscribe("shouted"); // not answered
		this.cluster.kill(this.owner);
		this.cluster.pass(Duration.ofSeconds(1));
		for (String action : List.of("say", "shout", "other")) {
			this.second.harness.call(Room.class, key(this.room), action, action);
		}
		this.cluster.settle();
		assertThat(ada.told()).containsExactly("Init fresh", "SubscriptionResponse", "SubscriptionResponse",
				"Init resynced epoch_changed", "SubscriptionResponse", "say", "shout");
	}

	@Test
	void tellsWhichCallsMayHaveRun() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		this.cluster.settle();
		ada.call(1, "wait");
		ada.callOnce(2, "key", "say", "once");
		this.cluster.kill(this.owner);
		ada.call(3, "say", "never sent before");
		this.cluster.pass(Duration.ofSeconds(1));
		assertThat(ada.told()).containsExactly("Init fresh", "outcome_unknown 1", "Init resynced epoch_changed", "once",
				"answer 2", "never sent before", "answer 3");
	}

	@Test
	void answersACallThatIsSentAgainWithItsFirstAnswer() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		this.cluster.settle();
		ada.callOnce(1, "key", "say", "once");
		while (room(this.owner).said.isEmpty()) {
			this.cluster.deliverOne();
		}
		this.cluster.reset(this.owner, this.third);
		this.cluster.settle();
		assertThat(ada.told()).containsExactly("Init fresh", "once", "answer 1");
		assertThat(room(this.owner).said).containsExactly("once");
	}

	@Test
	void endsTheConnectionsOfALostGatewayOnceAfterTheGrace() {
		TestClient.extended("ada", this.third, this.room, "said");
		TestClient.plain("bob", this.third, this.room);
		TestClient eve = TestClient.extended("eve", this.second, this.room, "said");
		this.cluster.settle();
		this.cluster.kill(this.third);
		this.cluster.pass(Duration.ofMillis(9_900));
		assertThat(room(this.owner).disconnected).isEmpty();
		this.cluster.pass(Duration.ofSeconds(10));
		assertThat(room(this.owner).disconnected).containsExactlyInAnyOrder("ada", "bob");
		assertThat(this.owner.links.gateways().size()).isEqualTo(1);
		say(this.owner, "hi");
		this.cluster.settle();
		assertThat(eve.told()).containsExactly("Init fresh", "hi");
	}

	@Test
	void keepsAConnectionThatIsAttachedAgainWithinTheGrace() {
		TestClient ada = TestClient.plain("ada", this.third, this.room);
		this.cluster.settle();
		this.cluster.reset(this.owner, this.third);
		this.cluster.pass(Duration.ofSeconds(30));
		assertThat(room(this.owner).connected).containsExactly("ada", "ada");
		assertThat(room(this.owner).disconnected).containsExactly("ada");
		assertThat(ada.told()).containsExactly("Init");
	}

	@Test
	void disconnectsAClientWhoseSocketIsClosed() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		this.cluster.settle();
		ada.leave();
		this.cluster.settle();
		assertThat(room(this.owner).disconnected).containsExactly("ada");
		assertThat(this.third.links.clients().size()).isZero();
		assertThat(this.owner.links.gateways().size()).isZero();
	}

	@Test
	void disconnectsAClientWhoseSocketIsClosedWhileItConnects() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		ada.leave();
		this.cluster.settle();
		assertThat(room(this.owner).disconnected).isEqualTo(room(this.owner).connected);
		assertThat(this.third.links.clients().size()).isZero();
		assertThat(this.owner.links.gateways().size()).isZero();
	}

	@Test
	void rejectsAClientThatTheActorRejects() {
		TestClient eve = TestClient.extended("mallory", this.third, this.room, "said");
		this.cluster.settle();
		assertThat(eve.refusal).hasMessage("not you");
		assertThat(this.third.links.clients().size()).isZero();
		assertThat(this.owner.links.gateways().size()).isZero();
	}

	@Test
	void closesAClientThatTheActorCloses() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		this.cluster.settle();
		ada.call(1, "leave");
		this.cluster.settle();
		assertThat(ada.queue.closeReason()).isEqualTo(CloseReason.disconnected("bye"));
		ada.leave();
		this.cluster.settle();
		assertThat(room(this.owner).disconnected).containsExactly("ada");
	}

	@Test
	void closesAClientIfNoOwnerIsFoundInTime() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		this.cluster.settle();
		this.owner.alive = false;
		this.third.lose(this.owner.name());
		ada.call(1, "say", "waits");
		this.cluster.pass(Duration.ofMillis(9_500));
		assertThat(ada.isOpen()).isTrue();
		this.cluster.pass(Duration.ofSeconds(1));
		assertThat(ada.queue.closeReason()).isEqualTo(RESTARTING);
	}

	@Test
	void closesAClientThatSendsTooMuchMeanwhile() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		this.cluster.settle();
		this.owner.alive = false;
		this.third.lose(this.owner.name());
		for (int i = 0; i < 20 && ada.isOpen(); i++) {
			ada.call(i, "say", "x".repeat(50_000));
		}
		assertThat(ada.queue.closeReason()).isEqualTo(RESTARTING);
	}

	@Test
	void movesToTheNextOwnerWhenTheOwnerStops() {
		TestClient ada = TestClient.extended("ada", this.third, this.board, "said");
		TestClient bob = TestClient.plain("bob", this.second, this.board);
		this.cluster.settle();
		bob.subscribe("said");
		this.cluster.settle();
		ada.call(1, "say", "one");
		this.cluster.settle();
		this.owner.harness.node().stop().subscribe();
		this.cluster.showView(List.of(this.second, this.third));
		this.cluster.pass(Duration.ofSeconds(1));
		ada.call(2, "say", "two");
		this.cluster.settle();
		assertThat(ada.told()).containsExactly("Init fresh", "one", "answer 1", "two", "answer 2");
		assertThat(bob.told()).containsExactly("Init", "one", "two");
	}

	@Test
	void leavesANodeThatNoLongerOwnsTheAddress() {
		TestClient ada = TestClient.extended("ada", this.third, this.room, "said");
		this.cluster.settle();
		ada.call(1, "wait");
		this.cluster.settle();
		// the owner does not leave the view of the gateway, but another one owns the room
		this.third.show(new ClusterView(9, List.of(this.second.name(), this.third.name()), Set.of()));
		this.cluster.pass(Duration.ofSeconds(1));
		assertThat(ada.told()).contains("outcome_unknown 1");
	}

	private void say(TestCluster.Node node, String text) {
		node.harness.call(Room.class, key(this.room), "say", text);
	}

	private static String key(ActorAddress address) {
		return address.key().parts().get(0);
	}

	private static Room room(TestCluster.Node node) {
		return (Room) node.actors[0];
	}

	static class Room {

		final List<String> connected = new ArrayList<>();

		final List<String> disconnected = new ArrayList<>();

		final List<String> said = new ArrayList<>();

		final Sinks.One<String> later = Sinks.one();

		@OnConnect
		void connect(Connection<?> connection) {
			if (connection.principal().getName().equals("mallory")) {
				throw new UserError("not you");
			}
			this.connected.add(connection.principal().getName());
		}

		@OnDisconnect
		void disconnect(Connection<?> connection) {
			this.disconnected.add(connection.principal().getName());
		}

		@Action
		int say(ActorContext<?, ?> c, String text) {
			this.said.add(text);
			c.broadcast("said", text);
			return this.said.size();
		}

		@Action
		void shout(ActorContext<?, ?> c, String text) {
			c.broadcast("shouted", text);
		}

		@Action
		void other(ActorContext<?, ?> c, String text) {
			c.broadcast("other", text);
		}

		@Action
		void leave(Connection<?> connection) {
			connection.disconnect("bye");
		}

		@Action(interleave = true)
		Mono<String> wait(ActorContext<?, ?> c) {
			return this.later.asMono();
		}

	}

	@History(durable = true)
	static class Board {

		@Action
		void say(ActorContext<?, ?> c, String text) {
			c.broadcast("said", text);
		}

	}

}
