/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.RequestHead;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the next owner of an actor receives of the requests of its clients: the same as
 * the first one, also for clients that were connected to an actor of their own node.
 */
class MovedRequestsTests {

	private static final RequestHead HEAD = new RequestHead("/rivet", null,
			Map.of("X-Tenant", List.of("blue"), "Authorization", List.of("Bearer secret")), Map.of(), null);

	private static final ToServer.Snapshot SNAPSHOT = new ToServer.Snapshot("entries", List.of());

	private final List<String> tenants = new ArrayList<>();

	private final TestCluster cluster = new TestCluster(3, new Random(1),
			() -> new Object[] { new Tenants(this.tenants), new Log() });

	private final TestCluster.Node owner = this.cluster.nodes.get(0);

	private final TestCluster.Node third = this.cluster.nodes.get(2);

	private ConnectRequest plain(TestCluster.Node gateway) {
		return ConnectRequest.stateful(null, new Identity(() -> "ada", null))
			.withGateway(gateway.name())
			.withHead(HEAD);
	}

	private ConnectRequest extended(TestCluster.Node gateway, ToServer.@Nullable Snapshot snapshot) {
		StreamRequest stream = new StreamRequest(List.of(new ToServer.SubscriptionRequest("added", true)), null,
				StreamRequest.StreamProof.NEW, "stream of " + gateway.name(), "secret", snapshot, null,
				Duration.ofSeconds(10));
		return ConnectRequest.extended(null, new Identity(() -> "ada", null), stream)
			.withGateway(gateway.name())
			.withHead(HEAD);
	}

	private void move(ActorAddress address) {
		this.cluster.settle();
		this.cluster.move(this.owner, address);
		this.cluster.pass(Duration.ofSeconds(1));
	}

	@Test
	void hooksReceiveTheHeadOfTheHttpRequestAgain() {
		ActorAddress address = this.cluster.address("Tenants");
		List<TestClient> clients = List.of(TestClient.of(plain(this.owner), this.owner, address),
				TestClient.of(extended(this.owner, null), this.owner, address),
				TestClient.of(plain(this.third), this.third, address),
				TestClient.of(extended(this.third, null), this.third, address));
		move(address);
		assertThat(clients).allMatch(TestClient::isOpen);
		assertThat(this.tenants).hasSize(16).containsOnly("blue");
	}

	@Test
	void aClientThatHasMissedEventsReceivesItsSnapshot() {
		ActorAddress address = this.cluster.address("Log");
		List<TestClient> clients = List.of(TestClient.of(extended(this.owner, SNAPSHOT), this.owner, address),
				TestClient.of(extended(this.third, SNAPSHOT), this.third, address));
		move(address); // without the events of the instance
		assertThat(clients).allSatisfy((client) -> {
			assertThat(client.told()).containsExactly("Init fresh", "Init resynced epoch_changed");
			assertThat(client.all("Init"))
				.allSatisfy((welcome) -> assertThat(welcome.path("snapshot").asString("")).isEqualTo("entries"));
		});
	}

	@Test
	void theHeadIsKeptOnlyForHooksThatTakeIt() {
		ActorAddress log = this.cluster.address("Log");
		ActorAddress tenants = this.cluster.address("Tenants");
		TestClient ada = TestClient.of(plain(this.owner), this.owner, log);
		TestClient bob = TestClient.of(plain(this.owner), this.owner, tenants);
		assertThat(kept(ada).head()).isNull();
		assertThat(kept(bob).head()).isEqualTo(HEAD);
		assertThat(kept(bob).toString()).doesNotContain("secret");
	}

	private static ConnectRequest kept(TestClient client) {
		return client.gateway.harness.connections().members().find(client.request.connectionId()).request();
	}

	/** Finds the tenant of each client in the head of its request. */
	static final class Tenants {

		private final List<String> found;

		Tenants(List<String> found) {
			this.found = found;
		}

		@CreateConnState
		@Nullable String tenant(RequestHead head) {
			this.found.add(head.header("x-tenant"));
			return head.header("x-tenant");
		}

		@OnConnect
		void connected(RequestHead head, Connection<String> connection) {
			this.found.add(head.header("x-tenant"));
		}

		@Action
		void add(ActorContext<?, String> c, String entry) {
			c.broadcast("added", entry);
		}

	}

	/** Has something to show. */
	static final class Log {

		@Action(snapshot = true)
		String entries() {
			return "entries";
		}

	}

}
