/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.IntNode;

import io.rivetevents.protocol.ToClient;

import static org.assertj.core.api.Assertions.assertThat;

class OutgoingMessageTests {

	private final ToClient event = new ToClient.Event("ev", List.of(IntNode.valueOf(1)));

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void encodesOnceForEachEncoding(Encoding encoding) {
		OutgoingMessage message = OutgoingMessage.of(this.event);
		assertThat(message.encodedAs(encoding)).isEqualTo(encoding.codec().encode(this.event));
		assertThat(message.encodedAs(encoding)).isSameAs(message.encodedAs(encoding));
	}

	@Test
	void keepsItsMessage() {
		assertThat(OutgoingMessage.of(this.event).message()).isSameAs(this.event);
	}

}
