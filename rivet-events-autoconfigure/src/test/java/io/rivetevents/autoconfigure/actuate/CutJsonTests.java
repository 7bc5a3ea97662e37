/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class CutJsonTests {

	private static @Nullable String close(byte[] json) {
		byte[] closed = CutJson.close(json);
		return (closed != null) ? new String(closed, StandardCharsets.UTF_8) : null;
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
			{"a":1,"b":23          | {"a":1}
			{"a":[1,2,{"b":[       | {"a":[1,2,{"b":[]}]}
			{"a":[1,2,{"b":[]},    | {"a":[1,2,{"b":[]}]}
			[{"a":{},"b":{}},[2    | [{"a":{},"b":{}},[]]
			["a,]\\\"[","b          | ["a,]\\\"["]
			{"a                    | {}
			""")
	void leavesOutWhatIsNotComplete(String json, String closed) {
		assertThat(close(json.getBytes(StandardCharsets.UTF_8))).isEqualTo(closed);
	}

	@ParameterizedTest
	@CsvSource({ "\"text", "12" })
	void hasNoPartOfASingleValue(String json) {
		assertThat(close(json.getBytes(StandardCharsets.UTF_8))).isNull();
	}

	@Test
	void makesEachBeginningValid() {
		byte[] json = "{\"a\":[\"ü\\u00e9\\\"\",{\"b\":[[[]],1.5e3]},null,true],\"c\":{\"d\":\"{[,\"}}"
			.getBytes(StandardCharsets.UTF_8);
		for (int i = 1; i < json.length; i++) {
			String closed = close(Arrays.copyOf(json, i));
			assertThat(JsonMapper.shared().readTree(closed).isObject()).as(closed).isTrue();
		}
	}

	@Test
	void closesAnyDepth() {
		assertThat(close("[".repeat(100).getBytes(StandardCharsets.UTF_8)))
			.isEqualTo("[".repeat(100) + "]".repeat(100));
	}

}
