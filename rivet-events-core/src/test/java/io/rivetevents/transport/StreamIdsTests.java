/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import org.junit.jupiter.api.Test;

import io.rivetevents.extension.Identity;

import static org.assertj.core.api.Assertions.assertThat;

class StreamIdsTests {

	@Test
	void distinguishStreamsOfUsers() {
		assertThat(StreamIds.isOfUser(StreamIds.of("id", new Identity(() -> "ada", null)))).isTrue();
		assertThat(StreamIds.isOfUser(StreamIds.of("id", Identity.ANONYMOUS))).isFalse();
	}

	/** An earlier version made them without a mark. */
	@Test
	void takeAnUnmarkedIdForOneOfAnAnonymousClient() {
		assertThat(StreamIds.isOfUser("2b3cc1c6-9d86-485d-a98b-d3e5ffd8d9bc")).isFalse();
	}

}
