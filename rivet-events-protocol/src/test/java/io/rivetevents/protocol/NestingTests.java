/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.value.WireValues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The depth to which values are read.
 */
class NestingTests {

	private static final int LIMIT = 500;

	/**
	 * Of a message: itself, its body, its value and its arguments; in BARE only the last.
	 */
	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void readsToTheLimit(Encoding encoding) {
		int envelope = (encoding == Encoding.BARE) ? 1 : 4;
		ToServer.ActionRequest request = request(LIMIT - envelope);
		assertThat(encoding.codec().decode(ClientCodec.encode(encoding, request))).isEqualTo(request);
		assertRefused(encoding, ClientCodec.encode(encoding, request(LIMIT - envelope + 1)));
	}

	@Test
	void countsTagsMapsAndKeys() {
		for (String open : new String[] { "81", "9f", "a16161", "bf6161", "c6", "d9d9f7", "a1", "bf" }) {
			byte[] bytes = HexFormat.of().parseHex(open.repeat(100_000));
			assertThatExceptionOfType(RivetException.class).isThrownBy(() -> WireValues.decodeCbor(bytes))
				.withMessageContaining("too deep");
		}
	}

	@Test
	void doesNotCountSiblings() {
		byte[] cbor = HexFormat.of().parseHex("990800" + "8180".repeat(2048));
		assertThat(WireValues.decodeCbor(cbor)).hasSize(2048);
		byte[] maps = HexFormat.of().parseHex("990800" + "a16161c600".repeat(2048));
		assertThat(WireValues.decodeCbor(maps)).hasSize(2048);
		assertThat(WireValues.decodeJson("[" + "[{}],".repeat(2047) + "[]]")).hasSize(2048);
	}

	@Test
	void refusesDeepJson() {
		for (String open : new String[] { "[", "{\"a\":" }) {
			byte[] bytes = open.repeat(100_000).getBytes(StandardCharsets.UTF_8);
			assertThatExceptionOfType(RivetException.class).isThrownBy(() -> WireValues.decodeJson(bytes));
		}
	}

	private static void assertRefused(Encoding encoding, byte[] frame) {
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> encoding.codec().decode(frame))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("invalid_request"));
	}

	private static ToServer.ActionRequest request(int depth) {
		JsonNode value = JsonNodeFactory.instance.numberNode(1);
		for (int i = 0; i < depth; i++) {
			value = (i % 2 == 0) ? JsonNodeFactory.instance.arrayNode().add(value)
					: JsonNodeFactory.instance.objectNode().set("a", value);
		}
		return new ToServer.ActionRequest(1, "a", List.of(value));
	}

}
