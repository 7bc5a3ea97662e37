/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import io.rivetevents.jdbc.DatabaseServer;

class PostgresqlClusterTests extends AbstractClusterTests {

	private final DatabaseServer server = DatabaseServer.postgresql();

	@Override
	protected Map<String, String> properties() {
		return properties(this.server);
	}

	static Map<String, String> properties(DatabaseServer server) {
		return Map.of("spring.datasource.url", server.newDatabase(), "spring.flyway.enabled", "false",
				"spring.datasource.hikari.maximum-pool-size", "5", "rivet.events.state.jdbc.initialize-schema",
				"always");
	}

	@Test
	@Order(5)
	void nothingIsLostWhenTheStoreDoesNotAnswerForAWhile() throws Exception {
		CalledActor book = callBook();
		this.server.pause();
		try {
			last(Duration.ofSeconds(10));
		}
		finally {
			this.server.proceed();
		}
		checkBook(book, "database stopped for 10 s");
	}

	@Test
	@Order(5)
	void nothingIsLostWhenTheStoreIsRestarted() throws Exception {
		CalledActor book = callBook();
		this.server.kill();
		this.server.start();
		checkBook(book, "database killed and started");
	}

}
