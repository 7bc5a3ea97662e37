/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.rivetevents.protocol.ActorKey;

import static org.assertj.core.api.Assertions.assertThat;

class ActorAddressTests {

	/** As clients write it: in a URL, in the body of a request, and in Java. */
	static Stream<ActorKey> oneEmptyPart() {
		return Stream.of(ActorKey.ofQueryParameter(""), ActorKey.parse("\\0"), ActorKey.parse(""), ActorKey.of(""),
				new ActorKey(List.of("")));
	}

	@ParameterizedTest
	@MethodSource("oneEmptyPart")
	void oneEmptyPartIsNone(ActorKey key) {
		ActorAddress address = new ActorAddress("default", "room", key);
		assertThat(address).isEqualTo(ActorAddress.of("room"));
		assertThat(address.key().serialize()).isEqualTo("/");
	}

	@Test
	void tellsApartWhatAUrlTellsApart() {
		assertThat(ActorAddress.of("room", "", "")).isNotEqualTo(ActorAddress.of("room"));
		assertThat(ActorAddress.of("room", "", "").key()).isEqualTo(ActorKey.ofQueryParameter(","));
	}

}
