/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnReauthenticate;
import io.rivetevents.connection.Connection;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Renewal;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that authenticate again while their actor is on another node.
 */
class RenewedLinksTests {

	private final TestCluster cluster = new TestCluster(3, new Random(1), () -> new Object[] { new Desk() });

	private final TestCluster.Node owner = this.cluster.nodes.get(0);

	private final TestCluster.Node second = this.cluster.nodes.get(1);

	private final TestCluster.Node third = this.cluster.nodes.get(2);

	private final ActorAddress desk = this.cluster.address("Desk");

	private static void renew(TestClient client, String role) {
		Identity identity = new Identity(new Member("ada", role), null);
		client.send(new ToServer.Authenticate(null, new Renewal(identity, 60_000L, true)));
	}

	/** The user of the client has another role by now. */
	private static void check(TestClient client, String role) {
		Identity identity = new Identity(new Member("ada", role), null);
		client.send(new ToServer.Authenticate(null, new Renewal(identity, null, false)));
	}

	private static List<String> seen(TestCluster.Node node) {
		return ((Desk) node.actors[0]).seen;
	}

	@Test
	void replacesTheIdentityAtTheOwner() {
		TestClient ada = TestClient.extended("ada", this.third, this.desk);
		this.cluster.settle();
		renew(ada, "reader");
		ada.call(1, "role");
		this.cluster.settle();
		assertThat(ada.told()).containsExactly("Init fresh", "AuthenticateResponse", "answer 1");
		assertThat(ada.all("AuthenticateResponse").get(0).path("remaining").longValue()).isEqualTo(60_000);
		assertThat(ada.all("ActionResponse").get(0).path("output").stringValue()).isEqualTo("reader");
		assertThat(seen(this.owner)).containsExactly("connected none", "renewed reader");
	}

	@Test
	void connectsAgainWithTheNewIdentity() {
		TestClient ada = TestClient.extended("ada", this.third, this.desk);
		this.cluster.settle();
		renew(ada, "reader");
		this.cluster.settle();
		this.cluster.kill(this.owner);
		this.cluster.pass(Duration.ofSeconds(1));
		assertThat(seen(this.second)).containsExactly("connected reader");
		assertThat(ada.all("AuthenticateResponse")).hasSize(1);
	}

	@Test
	void repeatsARenewalThatIsNotAnswered() {
		TestClient ada = TestClient.extended("ada", this.third, this.desk);
		this.cluster.settle();
		renew(ada, "reader");
		this.cluster.kill(this.owner);
		this.cluster.pass(Duration.ofSeconds(1));
		assertThat(seen(this.second)).containsExactly("connected reader", "renewed reader");
		assertThat(ada.all("AuthenticateResponse")).hasSize(1);
		assertThat(ada.isOpen()).isTrue();
	}

	@Test
	void doesNotAnswerARenewalThatTheClientHasNotRequested() {
		TestClient ada = TestClient.extended("ada", this.third, this.desk);
		TestClient plain = TestClient.plain("ada", this.third, this.desk);
		this.cluster.settle();
		for (TestClient each : List.of(ada, plain)) {
			check(each, "reader");
			each.call(1, "role");
			this.cluster.settle();
			assertThat(each.told()).hasSize(2).endsWith("answer 1");
			assertThat(each.all("ActionResponse").get(0).path("output").stringValue()).isEqualTo("reader");
		}
		this.cluster.kill(this.owner);
		this.cluster.pass(Duration.ofSeconds(1));
		assertThat(seen(this.second)).containsExactly("connected reader", "connected reader");
	}

	@Test
	void answersARenewalWithTheIdentityOfALaterCheck() {
		TestClient ada = TestClient.extended("ada", this.third, this.desk);
		this.cluster.settle();
		renew(ada, "reader");
		check(ada, "writer");
		this.cluster.kill(this.owner);
		this.cluster.pass(Duration.ofSeconds(1));
		assertThat(seen(this.second)).containsExactly("connected writer", "renewed writer");
		assertThat(ada.all("AuthenticateResponse")).hasSize(1);
	}

	@Test
	void endsASubscriptionOfAPlainClient() {
		TestClient ada = TestClient.plain("ada", this.third, this.desk);
		this.cluster.settle();
		check(ada, "reader");
		ada.subscribe("secret");
		ada.subscribe("said");
		this.cluster.settle();
		check(ada, "none");
		ada.call(1, "say");
		this.cluster.settle();
		assertThat(ada.told()).containsExactly("Init", "forbidden ", "said", "answer 1");
		assertThat(ada.isOpen()).isTrue();
	}

	@Test
	void aRenewalThatHasNotBegunIsMadeAtTheNextOwner() {
		TestClient ada = TestClient.extended("ada", this.third, this.desk);
		TestClient bob = TestClient.extended("ada", this.owner, this.desk);
		this.cluster.settle();
		renew(ada, "reader");
		renew(bob, "reader");
		this.cluster.move(this.owner, this.desk);
		this.cluster.pass(Duration.ofSeconds(1));
		for (TestClient each : List.of(ada, bob)) {
			each.call(1, "role");
			this.cluster.settle();
			assertThat(each.all("AuthenticateResponse")).hasSize(1);
			assertThat(each.all("ActionResponse").get(0).path("output").stringValue()).isEqualTo("reader");
			assertThat(each.isOpen()).isTrue();
		}
	}

	@Test
	void doesNotRequestAnEndedSubscriptionAgain() {
		TestClient ada = TestClient.extended("ada", this.third, this.desk, "said");
		this.cluster.settle();
		renew(ada, "reader");
		this.cluster.settle();
		ada.subscribe("secret");
		this.cluster.settle();
		renew(ada, "none");
		this.cluster.settle();
		assertThat(ada.told()).containsExactly("Init fresh", "AuthenticateResponse", "SubscriptionResponse",
				"SubscriptionResponse", "AuthenticateResponse");
		this.cluster.kill(this.owner);
		this.cluster.pass(Duration.ofSeconds(1));
		assertThat(ada.all("Init")).hasSize(2);
		assertThat(ada.all("Init").get(1).has("refused")).isFalse();
		ada.call(1, "say");
		this.cluster.settle();
		assertThat(ada.told()).endsWith("said", "answer 1").doesNotContain("secret");
	}

	@Test
	void closesAClientWhoseOwnerIsOfAnOlderVersion() {
		TestClient ada = TestClient.extended("ada", this.third, this.desk);
		this.cluster.settle();
		this.owner.old = true;
		renew(ada, "reader");
		this.cluster.settle();
		assertThat(ada.queue.closeReason()).isEqualTo(CloseReason.of(ErrorCode.EXPIRED));
		assertThat(seen(this.owner)).containsExactly("connected none");
	}

	record Member(String name, String role) implements Principal {

		@Override
		public String getName() {
			return this.name;
		}

		static String roleOf(Principal user) {
			return (user instanceof Member member) ? member.role() : "none";
		}

	}

	static class Desk {

		final List<String> seen = new ArrayList<>();

		@OnConnect
		void connected(Principal user) {
			this.seen.add("connected " + Member.roleOf(user));
		}

		@OnReauthenticate
		void renewed(Principal user) {
			this.seen.add("renewed " + Member.roleOf(user));
		}

		@CanSubscribe
		boolean canSubscribe(String event, Principal user) {
			return !event.equals("secret") || Member.roleOf(user).equals("reader");
		}

		@Action
		String role(Connection<?> connection) {
			return Member.roleOf(connection.principal());
		}

		@Action
		void say(ActorContext<?, ?> c) {
			c.broadcast("secret", "secret");
			c.broadcast("said", "said");
		}

	}

}
