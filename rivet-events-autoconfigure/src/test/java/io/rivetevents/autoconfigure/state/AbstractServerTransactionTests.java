/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.protocol.ToClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Also connections that are lost: a pool notices those of a server.
 */
abstract class AbstractServerTransactionTests extends AbstractJoinedTransactionTests {

	@Test
	void rollsBackIfTheConnectionIsLost() {
		StoredActor before = stored();
		assertFails("loseConnection", 10, "rivetkit.internal_error", "state.unavailable");
		assertUnchanged(before);
		assertThat(call("deposit", 2)).isEqualTo(3);
	}

	@Test
	void continuesIfAnUncertainCommitHasStoredNothing() {
		StoredActor before = stored();
		assertFails("loseCommit", 10, "rivetkit.internal_error");
		assertUndone(before);
		assertThat(call("deposit", 2)).isEqualTo(3);
		assertThat(received()).containsExactly(3);
	}

	@Test
	void restartsIfAnUncertainCommitHasStoredEverything() {
		assertFails("loseCommitted", 10, "rivetkit.internal_error");
		assertThat(rows()).containsExactly(1, 10);
		Awaitility.await().untilAsserted(() -> assertThat(call("read", 0)).isEqualTo(11));
		assertThat(received()).as("events of the stopped copy").isEmpty();
	}

	@Test
	void repeatsACallWhoseCommitHasFailed() {
		ask(1, "loseCommitOnce", 10, "key");
		Awaitility.await().until(() -> !this.client.messages(ToClient.Error.class).isEmpty());
		ask(2, "loseCommitOnce", 10, "key");
		assertThat(answered(2).output().asInt()).isEqualTo(11);
		assertThat(rows()).containsExactly(1, 10);
	}

}
