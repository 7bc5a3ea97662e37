/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MariadbActorStateStoreTests extends AbstractDatabaseServerTests {

	private static DatabaseServer server;

	@BeforeAll
	static void start() {
		server = DatabaseServer.mariadb();
	}

	@Override
	DatabaseServer server() {
		return server;
	}

	@Override
	String analyze(String table) {
		return "analyze table " + table;
	}

	@Override
	List<String> goodPlan() {
		return List.of("key=rivet_schedule_run_at", "r_filtered=100.00");
	}

	@Test
	void aStateThatIsTooLargeFailsAlone() throws InterruptedException {
		this.dataSource.stop();
		Savers savers = new Savers();
		times(10, (i) -> actor("k" + i).state(new byte[(i == 5) ? 2 * DatabaseServer.MAX_PACKET : 10]).build())
			.forEach((actor) -> savers.start(() -> this.store.save(actor, 0)));
		this.dataSource.go();
		List<@Nullable RuntimeException> failures = savers.failures();
		assertThat(failures.remove(5)).isExactlyInstanceOf(JdbcStateException.class)
			.hasMessageContaining("room[k5] (version 1, 8,388,808 bytes) could not be stored")
			.hasMessageContaining("max_allowed_packet");
		assertThat(failures).hasSize(9).containsOnlyNulls();
	}

}
