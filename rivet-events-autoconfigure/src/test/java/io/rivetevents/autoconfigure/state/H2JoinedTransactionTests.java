/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.sql.Statement;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.StatementCallback;

import static org.assertj.core.api.Assertions.assertThat;

class H2JoinedTransactionTests extends AbstractJoinedTransactionTests {

	@Override
	String url() {
		return "jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(UUID.randomUUID());
	}

	/** It would stay for later statements of the application. */
	@Test
	void setsNoTimeoutOfStatements() {
		call("deposit", 10);
		assertThat(this.jdbc.execute((StatementCallback<Integer>) Statement::getQueryTimeout)).isZero();
	}

}
