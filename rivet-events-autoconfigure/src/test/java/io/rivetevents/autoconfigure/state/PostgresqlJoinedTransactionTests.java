/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.io.IOException;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import io.rivetevents.jdbc.CuttingProxy;
import io.rivetevents.jdbc.CuttingProxy.Cut;
import io.rivetevents.jdbc.DatabaseServer;

import static org.assertj.core.api.Assertions.assertThat;

class PostgresqlJoinedTransactionTests extends AbstractServerTransactionTests {

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

	/** The server still has the transaction when its client has lost the connection. */
	@Test
	void waitsForACommitThatIsStillRunning() {
		this.proxy.cut(Cut.LATE_COMMIT, "insert into booking");
		assertFails("deposit", 10, "rivetkit.internal_error");
		assertThat(rows()).as("at the time of the answer").containsExactly(1, 10);
		Awaitility.await().untilAsserted(() -> assertThat(call("read", 0)).isEqualTo(11));
		assertThat(received()).as("events of the stopped copy").isEmpty();
	}

}
