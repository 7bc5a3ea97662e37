/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.NullNode;

import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.value.WireValues;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the published client makes of JavaScript values, recorded.
 */
class ValueVectorTests {

	/**
	 * JSON carries these by a marker or an escape; the others as they are, or not at all.
	 */
	private static final List<String> MARKED_IN_JSON = List.of("bigint5", "bigintneg", "bigint2^64", "Uint8Array",
			"ArrayBuffer", "dollar pair");

	@ParameterizedTest(name = "{0}")
	@MethodSource("vectors")
	void readsCborWithMarkers(String name, JsonNode vector) {
		assertThat(WireValues.decodeCbor(Vectors.hex(vector, "cborCompat"))).isEqualTo(expected(vector));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("vectors")
	void readsCborWithoutMarkers(String name, JsonNode vector) {
		assertThat(WireValues.decodeCbor(Vectors.hex(vector, "cborArg"))).isEqualTo(expected(vector));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("vectors")
	void readsJson(String name, JsonNode vector) {
		String json = vector.get("jsonArg").stringValue();
		JsonNode expected = MARKED_IN_JSON.contains(name) ? expected(vector) : JsonMapper.shared().readTree(json);
		assertThat(WireValues.decodeJson(json)).isEqualTo(expected);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("vectors")
	void theClientOfTheTestsWritesTheSame(String name, JsonNode vector) {
		if (List
			.of("undefined", "-0", "object undefined field", "ArrayBuffer", "Float64Array", "Uint16Array", "Date",
					"Set", "Map", "RegExp")
			.contains(name)) {
			return; // not told apart from something else in a tree
		}
		assertThat(ClientValues.toCompatibleCbor(expected(vector))).isEqualTo(Vectors.hex(vector, "cborCompat"));
		assertThat(ClientValues.toCbor(expected(vector))).isEqualTo(Vectors.hex(vector, "cborArg"));
		assertThat(ClientValues.toJson(expected(vector))).asString().isEqualTo(vector.get("jsonArg").stringValue());
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void echoesEachValue(Encoding encoding) {
		vectors().map((vector) -> expected((JsonNode) vector.get()[1])).forEach((value) -> {
			byte[] frame = encoding.codec().encode(new ToClient.ActionResponse(1, value));
			JsonNode expected = (encoding == Encoding.JSON && isNotInJson(value)) ? NullNode.getInstance() : value;
			assertThat(ClientCodec.decode(encoding, frame)).isEqualTo(new ToClient.ActionResponse(1, expected));
		});
	}

	private static boolean isNotInJson(JsonNode value) {
		return value.isDouble() && !Double.isFinite(value.doubleValue());
	}

	static Stream<Arguments> vectors() {
		return Vectors.of("values").map((vector) -> Arguments.of(vector.get("name").stringValue(), vector));
	}

	private static JsonNode expected(JsonNode vector) {
		JsonNode value = Vectors.value(vector.get("value"));
		return value.isMissingNode() ? NullNode.getInstance() : value;
	}

}
