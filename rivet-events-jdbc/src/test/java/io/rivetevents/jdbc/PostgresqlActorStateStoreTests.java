/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StoredActor;

import static org.assertj.core.api.Assertions.assertThat;

class PostgresqlActorStateStoreTests extends AbstractDatabaseServerTests {

	private static DatabaseServer server;

	@BeforeAll
	static void start() {
		server = DatabaseServer.postgresql();
	}

	@Override
	DatabaseServer server() {
		return server;
	}

	@Override
	String analyze(String table) {
		return "analyze " + table;
	}

	@Override
	List<String> goodPlan() {
		return List.of("using rivet_schedule_run_at");
	}

	/** A node that stops before its commit must not block the next owner. */
	@Test
	void locksOfATransactionThatStoppedAreReleased() throws Exception {
		StoredActor updated = actor("a").build();
		StoredActor deleted = actor("b").build();
		this.store.save(updated, 0);
		this.store.save(deleted, 0);
		List<Write> changes = List.of(Write.of(Change.of(updated.toBuilder().version(2).build(), 1)),
				Write.deletion(deleted.address(), 1), Write.of(Change.of(actor("c").build(), 0)));
		GroupWriter writer = new GroupWriter(new Sql("rivet_"));
		Connections connections = new Connections(this.dataSource, Duration.ofSeconds(10));
		List<Connections.Session> stopped = new ArrayList<>();
		for (Write change : changes) {
			Connections.Session session = connections.openTransaction();
			stopped.add(session);
			assertThat(writer.write(session, List.of(change))).hasSize(1);
		}
		Duration timeout = Duration.ofSeconds(10);
		try (JdbcActorStateStore other = new JdbcActorStateStore(this.dataSource,
				new JdbcSettings("rivet_", timeout))) {
			other.save(updated.toBuilder().version(2).build(), 1);
			other.delete(deleted.address(), 1);
			other.save(actor("c").build(), 0);
		}
		for (Connections.Session session : stopped) {
			session.close();
		}
	}

}
