/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQueries;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.cluster.membership.SmallerPart;
import io.rivetevents.connection.ConnectionCounts;
import io.rivetevents.connection.ConnectionInfo;
import io.rivetevents.connection.UserConnections;
import io.rivetevents.error.RivetException;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.protocol.ActorKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Queries about the connections of three nodes. Each node has an instance with a
 * connection of ada and one of a user of its own.
 */
class RemoteQueriesTests {

	private static final List<String> NAMES = List.of("n0", "n1", "n2");

	private static final NodeQuery.OfUser ADA = new NodeQuery.OfUser("ada", null);

	private static final Duration LONG = Duration.ofMinutes(1);

	private static final Duration SHORT = Duration.ofMillis(200);

	private final TestNodes nodes = new TestNodes(new MemoryActorStateStore(), NAMES,
			(name) -> new Object[] { new Room() });

	@BeforeEach
	void connect() {
		this.nodes.join();
		for (String node : NAMES) {
			String key = this.nodes.keyOf(node, Room.class);
			this.nodes.node(node).harness.connectUser(Room.class, key, "ada");
			this.nodes.node(node).harness.connectUser(Room.class, key, "user of " + node);
		}
	}

	@AfterEach
	void close() {
		this.nodes.close();
	}

	private NodeQueries queries(String node) {
		TestNodes.Node at = this.nodes.node(node);
		return new NodeQueries(at.harness.connections(),
				new RemoteQueries(at.membership, at.calls, this.nodes.timers()));
	}

	private static <T> T result(Mono<T> result) {
		return result.blockOptional(ActorHarness.PATIENCE).orElseThrow();
	}

	@Test
	void findsTheConnectionsOfAllNodesFromEach() {
		for (String node : NAMES) {
			UserConnections found = result(queries(node).find(ADA, LONG));
			assertThat(found.complete()).isTrue();
			assertThat(nodesOf(found)).containsExactlyInAnyOrderElementsOf(NAMES).startsWith(node);
			assertThat(found.connections())
				.allSatisfy((each) -> assertThat(each.node()).isEqualTo(registry(nodeOf(each))));
		}
	}

	@Test
	void countsTheUsersOfAllNodes() {
		assertThat(result(queries("n1").count(LONG))).isEqualTo(new ConnectionCounts(6, 4, true, Set.of()));
	}

	@Test
	void bringsARequestOfAnOperatorToItsNode() {
		this.nodes.node("n1").harness.connections()
			.operators()
			.connect((request) -> request.equals("known") ? Mono.just("found") : Mono.empty());
		assertThat(ask("n1", "known")).isEqualTo(new NodeAnswer.Document("found"));
		assertThat(ask("n1", "other")).isEqualTo(new NodeAnswer.Document(null));
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> ask("n2", "known"))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("not_supported"));
	}

	private NodeAnswer ask(String node, String request) {
		TestNodes.Node at = this.nodes.node("n0");
		OtherNodes others = new RemoteQueries(at.membership, at.calls, this.nodes.timers());
		return result(others.ask(new NodeQuery.OfOperator(request), LONG).get(node));
	}

	@Test
	void namesANodeThatDoesNotAnswerInTime() {
		this.nodes.silence("n2");
		UserConnections found = result(queries("n0").find(ADA, SHORT));
		assertThat(found.missingNodes()).containsExactly("n2");
		assertThat(found.complete()).isFalse();
		assertThat(nodesOf(found)).containsExactlyInAnyOrder("n0", "n1");
		assertThat(this.nodes.node("n0").calls.pending()).isZero();
	}

	@Test
	void namesANodeThatIsLostMeanwhile() {
		this.nodes.silence("n2");
		Mono<ConnectionCounts> counts = queries("n0").count(LONG).cache();
		counts.subscribe();
		this.nodes.kill("n2");
		assertThat(result(counts)).isEqualTo(new ConnectionCounts(4, 3, false, Set.of("n2")));
		assertThat(result(queries("n0").count(LONG))).isEqualTo(new ConnectionCounts(4, 3, true, Set.of()));
	}

	@Test
	void areNotCompleteWithoutAViewAndInTheSmallerPart() {
		Membership membership = new Membership("a", SmallerPart.WAIT, LONG, this.nodes.timers());
		RemoteQueries others = new RemoteQueries(membership, this.nodes.node("n0").calls, this.nodes.timers());
		assertThat(others.areKnown()).isFalse();
		membership.apply(new ClusterView(1, List.of("a", "b", "c"), Set.of()));
		assertThat(others.areKnown()).isTrue();
		membership.apply(new ClusterView(2, List.of("a"), Set.of()));
		assertThat(others.areKnown()).isFalse();
	}

	private List<String> nodesOf(UserConnections found) {
		return found.connections().stream().map(this::nodeOf).toList();
	}

	/** Returns the node that owns the instance of a connection. */
	private String nodeOf(ConnectionInfo connection) {
		return NAMES.stream()
			.filter((node) -> ActorKey.of(this.nodes.keyOf(node, Room.class)).equals(connection.actorKey()))
			.findFirst()
			.orElseThrow();
	}

	private String registry(String node) {
		return this.nodes.node(node).harness.connections().node();
	}

	static class Room {

		@Action
		void act() {
		}

	}

}
