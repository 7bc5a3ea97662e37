/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.io.IOException;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.rivetevents.error.RivetException;
import io.rivetevents.jdbc.CuttingProxy;
import io.rivetevents.jdbc.CuttingProxy.Cut;
import io.rivetevents.jdbc.DatabaseServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Commits whose connection is lost: JPA reports some of them as rolled back.
 */
class PostgresqlJpaJoinedTransactionTests extends JpaJoinedTransactionTests {

	private CuttingProxy proxy;

	@Override
	String url() throws IOException {
		DatabaseServer server = DatabaseServer.postgresql();
		this.proxy = new CuttingProxy(server.port());
		// a prepared commit could not be recognized
		return server.newDatabase().replace(":" + server.port(), ":" + this.proxy.port()) + "&prepareThreshold=0";
	}

	@Override
	@AfterAll
	void stop() throws IOException {
		super.stop();
		this.proxy.close();
	}

	@Test
	void continuesIfALostCommitHasStoredNothing() {
		int before = call("order", "not lost");
		this.proxy.cut(Cut.BEFORE_COMMIT, "insert into purchase");
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> call("order", "lost"));
		assertThat(orders("lost")).isZero();
		assertThat(call("order", "lost")).isEqualTo(before + 1);
	}

	@ParameterizedTest
	@EnumSource(names = { "AFTER_COMMIT", "LATE_COMMIT" })
	void restartsIfALostCommitHasStoredEverything(Cut cut) {
		String id = "kept " + cut.ordinal(); // its name would be a commit for the proxy
		int before = call("count", "");
		this.proxy.cut(cut, "insert into purchase");
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> call("order", id));
		assertThat(orders(id)).as("at the time of the answer").isOne();
		Awaitility.await().ignoreExceptions().until(() -> call("count", "") == before + 1);
	}

}
