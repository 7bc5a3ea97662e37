/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.connection.ConnectionCounts;
import io.rivetevents.connection.ConnectionInfo;
import io.rivetevents.connection.UserConnections;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.protocol.ActorKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link NodeQueries}.
 */
class NodeQueriesTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final NodeQuery.OfUser ADA = new NodeQuery.OfUser("ada", null);

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Room());

	private final Map<String, Mono<NodeAnswer>> answers = new LinkedHashMap<>();

	@AfterEach
	void close() {
		this.harness.close();
	}

	private NodeQueries queries(OtherNodes others) {
		return new NodeQueries(this.harness.connections(), others);
	}

	private NodeQueries queries() {
		return queries((query, timeout) -> Map.copyOf(this.answers));
	}

	private UserConnections find(NodeQueries queries) {
		return queries.find(ADA, TIMEOUT).blockOptional(ActorHarness.PATIENCE).orElseThrow();
	}

	private ConnectionCounts count(NodeQueries queries) {
		return queries.count(TIMEOUT).blockOptional(ActorHarness.PATIENCE).orElseThrow();
	}

	private static ConnectionInfo elsewhere(String id) {
		return new ConnectionInfo(id, "room", ActorKey.of("x"), "other");
	}

	private NodeAnswer.Counted countedHere() {
		return (NodeAnswer.Counted) NodeQueries.answer(this.harness.connections(), new NodeQuery.Count());
	}

	@Test
	void findsTheConnectionsOfANodeThatIsAlone() {
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		this.harness.connectUser(Room.class, "k", "linus");
		String node = this.harness.connections().node();
		assertThat(
				find(queries(OtherNodes.NONE)))
			.isEqualTo(new UserConnections(List.of(new ConnectionInfo(ada.connectionId(),
					ActorHarness.address(Room.class, "k").name(), ActorKey.of("k"), node)), true, Set.of()));
		assertThat(count(queries(OtherNodes.NONE))).isEqualTo(new ConnectionCounts(2, 2, true, Set.of()));
	}

	@Test
	void isNotCompleteIfOtherNodesCannotBeAsked() {
		this.harness.connectUser(Room.class, "k", "ada");
		assertThat(find(queries(OtherNodes.UNKNOWN)).complete()).isFalse();
		assertThat(find(queries(OtherNodes.UNKNOWN)).connections()).hasSize(1);
		assertThat(count(queries(OtherNodes.UNKNOWN))).isEqualTo(new ConnectionCounts(1, 1, false, Set.of()));
	}

	@Test
	void addsWhatOtherNodesAnswer() {
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		this.answers.put("other", Mono.just(new NodeAnswer.Found(List.of(elsewhere("a"), elsewhere("b")), 0)));
		UserConnections found = find(queries());
		assertThat(found.connections()).extracting(ConnectionInfo::id).containsExactly(ada.connectionId(), "a", "b");
		assertThat(found.complete()).isTrue();
	}

	@Test
	void countsAUserOfSeveralNodesOnce() {
		this.harness.connectUser(Room.class, "k", "ada");
		this.harness.connectUser(Room.class, "k", "linus");
		Set<Long> both = countedHere().users();
		assertThat(both).hasSize(2);
		this.answers.put("one", Mono.just(new NodeAnswer.Counted(3, Set.of(both.iterator().next(), 5L), 0)));
		this.answers.put("two", Mono.just(new NodeAnswer.Counted(300_000, Set.of(5L, 6L), 40)));
		assertThat(count(queries())).isEqualTo(new ConnectionCounts(300_005, 44, true, Set.of()));
	}

	@Test
	void countsNoAnonymousClientAsAUser() {
		this.harness.connect(Room.class, "k", null);
		assertThat(count(queries())).isEqualTo(new ConnectionCounts(1, 0, true, Set.of()));
	}

	@Test
	void namesTheNodesThatHaveNotAnswered() {
		this.answers.put("one", Mono.error(new IllegalStateException("lost")));
		this.answers.put("two", Mono.just(new NodeAnswer.Found(List.of(elsewhere("a")), 0)));
		this.answers.put("three", Mono.empty());
		assertThat(find(queries()))
			.isEqualTo(new UserConnections(List.of(elsewhere("a")), false, Set.of("one", "three")));
	}

	@Test
	void listsAThousandConnectionsOfAUser() {
		for (int i = 0; i <= NodeQueries.MAX_CONNECTIONS; i++) {
			this.harness.connectUser(Room.class, "k", "ada");
		}
		UserConnections found = find(queries());
		assertThat(found.connections()).hasSize(NodeQueries.MAX_CONNECTIONS);
		assertThat(found.complete()).isFalse();
		assertThat(found.missingNodes()).isEmpty();
	}

	@Test
	void asksEachTimeThatItIsSubscribedTo() {
		Mono<ConnectionCounts> counts = queries().count(TIMEOUT);
		this.harness.connectUser(Room.class, "k", "ada");
		assertThat(counts.map(ConnectionCounts::connections).block(ActorHarness.PATIENCE)).isOne();
	}

	@Test
	void rejectsATimeoutThatIsNotPositive() {
		assertThatIllegalArgumentException().isThrownBy(() -> queries().count(Duration.ZERO))
			.withMessage("The timeout must be positive, not PT0S");
	}

	static class Room {

		@Action
		void act() {
		}

	}

}
