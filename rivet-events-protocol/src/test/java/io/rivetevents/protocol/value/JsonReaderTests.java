/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.error.RivetException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class JsonReaderTests {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
			{"a":["$Undefined",0],"b":1}         | {"b":1}
			[["$Undefined",0],1]                 | [null,1]
			["$Undefined",0]                     | null
			["$Set",[1,["$Set",["a"]]]]          | [1,["a"]]
			["$$x",1]                            | ["$x",1]
			["$$$x",1]                           | ["$$x",1]
			["$$BigInt","5"]                     | ["$BigInt","5"]
			["$x",1]                             | ["$x",1]
			["$",1]                              | ["$",1]
			["$$x",1,2]                          | ["$$x",1,2]
			["$$x"]                              | ["$$x"]
			["$BigInt",5]                        | ["$BigInt",5]
			["$BigInt","five"]                   | ["$BigInt","five"]
			["$BigInt",""]                       | ["$BigInt",""]
			["$Uint8Array","?"]                  | ["$Uint8Array","?"]
			["$Uint8Array",1]                    | ["$Uint8Array",1]
			["$Set",1]                           | ["$Set",1]
			5.0                                  | 5
			1.5e3                                | 1500
			-0                                   | 0
			4294967296                           | 4294967296
			{"a":1,"a":2}                        | {"a":2}
			""")
	void reads(String json, String expected) {
		assertThat(WireValues.decodeJson(json)).isEqualTo(JsonMapper.shared().readTree(expected));
	}

	@Test
	void readsBigintsAndBytesAtAnyDepth() {
		assertThat(WireValues.decodeJson("{\"a\":[[\"$BigInt\",\"-12345678901234567890\"],1,2]}"))
			.isEqualTo(NODES.objectNode()
				.set("a", NODES.arrayNode().add(new BigInteger("-12345678901234567890")).add(1).add(2)));
		assertThat(WireValues.decodeJson("[[\"$Uint8Array\",\"AQL/\"],[\"$ArrayBuffer\",\"\"],0]"))
			.isEqualTo(NODES.arrayNode().add(new byte[] { 1, 2, -1 }).add(new byte[0]).add(0));
	}

	/** Exact for an application that wants a long, though no JavaScript number. */
	@Test
	void keepsLongs() {
		assertThat(WireValues.decodeJson("9223372036854775807")).isEqualTo(NODES.numberNode(Long.MAX_VALUE));
		assertThat(WireValues.decodeJson("-9223372036854775808")).isEqualTo(NODES.numberNode(Long.MIN_VALUE));
	}

	@Test
	void aPlainNumberIsNeverABigint() {
		assertThat(WireValues.decodeJson("100000000000000000000")).isEqualTo(NODES.numberNode(1e20));
		assertThat(WireValues.decodeJson("1e400").doubleValue()).isEqualTo(Double.POSITIVE_INFINITY);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0.1", "12.34", "-1.005", "13.700000000000001", "0.30000000000000004", "1e22", "1e23",
			"9007199254740993.0", "9007199254740992e22", "9007199254740993e1", "123456789012345678.5",
			"0.000000000000000001", "1e-22", "1e-23", "3e-324", "2e-324", "2.2250738585072011e-308",
			"1.7976931348623157e308", "1.7976931348623159e308", "1e00005", "0.00001e00000", "0.00001e-00000",
			"5e-00005", "0e99999", "1e99999", "1e-99999", "1e4294967296", "-0.0", "8.41e21", "1.1e-5",
			"0.1000000000000000055511151231257827021181583404541015625" })
	void readsTheNearestNumber(String number) {
		assertThat(WireValues.decodeJson(number).doubleValue()).isEqualTo(Double.parseDouble(number) + 0.0);
		assertThat(WireValues.decodeJson("[" + number + ",0]").get(0).doubleValue())
			.isEqualTo(Double.parseDouble(number) + 0.0);
	}

	@Test
	void readsTheNearestOfManyNumbers() {
		Random random = new Random(42);
		for (int i = 0; i < 100_000; i++) {
			double number = (i % 2 == 0) ? Double.longBitsToDouble(random.nextLong())
					: random.nextInt(1_000_000) / Math.pow(10, random.nextInt(8));
			if (Double.isFinite(number)) {
				assertThat(WireValues.decodeJson(Double.toString(number)).doubleValue()).isEqualTo(number + 0.0);
			}
		}
	}

	@Test
	void readsHalfASurrogatePair() {
		assertThat(WireValues.decodeJson("\"\\ud83d\"")).isEqualTo(NODES.stringNode("\ud83d"));
		assertThat(WireValues.decodeJson("\"\\ude00é\\ud83d\\n\"")).isEqualTo(NODES.stringNode("\ude00é\ud83d\n"));
	}

	@Test
	void readsEscapesBesideEachOther() {
		assertThat(WireValues.decodeJson("\"a\\n\\\"é\\u00e9\\u2713✓\\ud83d\\ude00😀\\u0000\\\\\""))
			.isEqualTo(NODES.stringNode("a\n\"éé✓✓😀😀\0\\"));
	}

	/** In a text at each place of the eight bytes that are read at once. */
	@Test
	void refusesControlCharactersAnywhere() {
		for (int place = 0; place < 20; place++) {
			for (char control = 0; control < ' '; control++) {
				String text = "x".repeat(place) + control;
				for (String end : new String[] { "", "n", "nxxxxxxxxxxxxxxxx" }) {
					refuses("\"" + text + end + "\"");
					refuses("\"\\n" + text + end + "\"");
					refuses("{\"" + text + end + "\":1                }");
				}
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "1 2", "[1,]", "{\"a\"}", "{a:1}", "'a'", "nul", "[", "\"", "01", "+1", "NaN",
			"Infinity", ".5", "//x\n1", "\"\\x\"", "\"\t\"", "{\"a\":1}}" })
	void refuses(String json) {
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> WireValues.decodeJson(json))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("invalid_request"));
	}

	/**
	 * Overlong, half a pair, beyond Unicode, cut off: Jackson alone takes some of them.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "c35c75303061394e", "5c6ea9", "efbfbdff", "78787878787878c3", "c080", "c1bf", "e08080",
			"eda080", "f4908080", "f8888080", "ff", "80", "c3" })
	void refusesInvalidUtf8(String hex) {
		byte[] json = HexFormat.of().parseHex("22" + hex + "22");
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> WireValues.decodeJson(json))
			.withMessageContaining("UTF-8");
		byte[] name = HexFormat.of().parseHex("7b22" + hex + "223a2020202020202020202020202020202020317d");
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> WireValues.decodeJson(name))
			.withMessageContaining("UTF-8");
	}

	@Test
	void readsNamesOfAnyLength() {
		StringBuilder name = new StringBuilder();
		for (int length = 0; length < 40; length++) {
			for (String other : new String[] { "", "é", "\"", "😀" }) {
				String text = name + other;
				String json = NODES.objectNode().put(text, 1).toString();
				for (int i = 0; i < 2; i++) {
					assertThat(WireValues.decodeJson(json + " ".repeat(20))).isEqualTo(NODES.objectNode().put(text, 1));
				}
			}
			name.append((char) ('a' + length % 26));
		}
	}

	@Test
	void refusesNumbersOfThousandsOfDigits() {
		String digits = "1".repeat(1001);
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> WireValues.decodeJson(digits));
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> WireValues.decodeJson("[\"$BigInt\",\"" + digits + "\"]"));
		assertThat(WireValues.decodeJson("[\"$BigInt\",\"" + digits.substring(1) + "\"]").isBigInteger()).isTrue();
	}

	@Test
	void readsLongText() {
		String text = "é✓😀x".repeat(20_000);
		byte[] json = ("\"" + text + "\"").getBytes(StandardCharsets.UTF_8);
		JsonNode read = WireValues.decodeJson(json);
		assertThat(read.stringValue()).isEqualTo(text);
	}

}
