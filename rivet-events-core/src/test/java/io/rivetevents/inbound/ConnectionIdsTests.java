/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.inbound;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link ConnectionIds}.
 */
class ConnectionIdsTests {

	private static final String NODE = "11111111-2222-4333-8444-abcdefabcdef";

	@Test
	void endsWithTheLastGroupOfTheNode() {
		String id = ConnectionIds.of("00000000-0000-4000-8000-000000000000", NODE);
		assertThat(id).isEqualTo("00000000-0000-4000-8000-abcdefabcdef");
		assertThat(ConnectionIds.isOf(id, NODE)).isTrue();
		assertThat(ConnectionIds.isOf(id, "11111111-2222-4333-8444-abcdefabcdee")).isFalse();
	}

	@Test
	void keepsWhatIsNoUuid() {
		assertThat(ConnectionIds.of("c1", NODE)).isEqualTo("c1");
		assertThat(ConnectionIds.of(NODE, "a")).isEqualTo(NODE);
		assertThat(ConnectionIds.isOf("c1", NODE)).isFalse();
		assertThat(ConnectionIds.isOf(NODE, "a")).isFalse();
		assertThat(ConnectionIds.isOf("", "")).isFalse();
	}

}
