/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * How values of the application are written in messages.
 */
class ValueWritingTests {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	@ParameterizedTest
	@CsvSource({ "0,00", "23,17", "24,1818", "255,18ff", "256,190100", "65535,19ffff", "65536,1a00010000",
			"4294967295,1affffffff", "4294967296,fb41f0000000000000", "-1,20", "-24,37", "-25,3818", "-256,38ff",
			"-257,390100", "-65536,39ffff", "-65537,3a00010000", "-4294967296,3affffffff",
			"-4294967297,fbc1f0000000100000", "9007199254740991,fb433fffffffffffff",
			"-9007199254740991,fbc33fffffffffffff",
			"9007199254740992,826724426967496e747039303037313939323534373430393932",
			"-9223372036854775808,826724426967496e74742d39323233333732303336383534373735383038" })
	void writesALongSoThatItStaysANumber(long number, String cbor) {
		assertThat(cbor(NODES.numberNode(number))).isEqualTo(cbor);
		if (number == (int) number) {
			assertThat(cbor(NODES.numberNode((int) number))).isEqualTo(cbor);
		}
		if (number == (short) number) {
			assertThat(cbor(NODES.numberNode((short) number))).isEqualTo(cbor);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
			9007199254740991     | 9007199254740991
			9007199254740992     | ["$BigInt","9007199254740992"]
			-9007199254740991    | -9007199254740991
			-9007199254740992    | ["$BigInt","-9007199254740992"]
			-9223372036854775808 | ["$BigInt","-9223372036854775808"]
			""")
	void writesALongInJson(long number, String json) {
		assertThat(json(NODES.numberNode(number))).isEqualTo(json);
	}

	@Test
	void writesABigIntegerAsBigintHoweverSmall() {
		assertThat(json(NODES.numberNode(BigInteger.valueOf(5)))).isEqualTo("[\"$BigInt\",\"5\"]");
		assertThat(cbor(NODES.numberNode(BigInteger.valueOf(5)))).isEqualTo("826724426967496e746135");
	}

	@Test
	void writesOtherNumbersAsFloat64() {
		assertThat(cbor(NODES.numberNode(1.5))).isEqualTo("fb3ff8000000000000");
		assertThat(cbor(NODES.numberNode(1.5f))).isEqualTo("fb3ff8000000000000");
		assertThat(cbor(NODES.numberNode(5.0))).isEqualTo("fb4014000000000000");
		assertThat(cbor(NODES.numberNode(new BigDecimal("1.50")))).isEqualTo("fb3ff8000000000000");
		assertThat(cbor(NODES.numberNode(new BigDecimal("1e400")))).isEqualTo("fb7ff0000000000000");
		assertThat(cbor(NODES.numberNode(Double.NaN))).isEqualTo("fb7ff8000000000000");
	}

	@Test
	void writesOtherNumbersInJsonAsJavaScriptDoes() {
		assertThat(json(NODES.numberNode(1.5))).isEqualTo("1.5");
		assertThat(json(NODES.numberNode(1.5f))).isEqualTo("1.5");
		assertThat(json(NODES.numberNode(5.0))).isEqualTo("5");
		assertThat(json(NODES.numberNode(-0.0))).isEqualTo("0");
		assertThat(json(NODES.numberNode(1.7e12))).isEqualTo("1700000000000");
		assertThat(json(NODES.numberNode(1e300))).isEqualTo("1.0E300");
		assertThat(json(NODES.numberNode(new BigDecimal("1.50")))).isEqualTo("1.5");
		assertThat(json(NODES.numberNode(new BigDecimal("1e400")))).isEqualTo("null");
		assertThat(json(NODES.numberNode(Double.NaN))).isEqualTo("null");
		assertThat(json(NODES.numberNode(Double.NEGATIVE_INFINITY))).isEqualTo("null");
	}

	@ParameterizedTest
	@CsvSource({ "0.1, 0.1", "-12.34, -12.34", "0.0005, 0.0005", "-1.005, -1.005", "1700000123.456, 1700000123.456",
			"99999999999.9999, 99999999999.9999", "100.0001, 100.0001", "0.00005, 5.0E-5", "2e23, 2.0E23",
			"2.2e-322, 2.2E-322", "0.30000000000000004, 0.30000000000000004", "5e-324, 4.9E-324" })
	void writesFractionsInAsFewDigitsAsTellThemApart(double number, String expected) {
		assertThat(json(NODES.numberNode(number))).isEqualTo(expected);
	}

	@Test
	void writesFractionsThatReadTheSame() {
		Random random = new Random(42);
		for (int i = 0; i < 100_000; i++) {
			double number = (i % 2 == 0) ? Double.longBitsToDouble(random.nextLong())
					: random.nextLong(1_000_000_000_000_000L) / Math.pow(10, random.nextInt(1, 9));
			if (Double.isFinite(number)) {
				String text = json(NODES.numberNode(number));
				assertThat(Double.parseDouble(text)).isEqualTo(number);
				assertThat(text.length()).isLessThanOrEqualTo(Double.toString(number).length());
			}
		}
	}

	@Test
	void writesLongs() {
		for (long number : new long[] { 0, 9, -10, Integer.MIN_VALUE, (1L << 53) - 1, 1 - (1L << 53) }) {
			assertThat(json(NODES.numberNode(number))).isEqualTo(Long.toString(number));
		}
		assertThat(json(NODES.numberNode(Long.MIN_VALUE))).isEqualTo("[\"$BigInt\",\"-9223372036854775808\"]");
	}

	@Test
	void writesBytesAsMarker() {
		assertThat(json(NODES.binaryNode(new byte[] { 1, 2, -1 }))).isEqualTo("[\"$Uint8Array\",\"AQL/\"]");
		assertThat(cbor(NODES.binaryNode(new byte[] { 1, 2, -1 }))).isEqualTo("826b2455696e743841727261796441514c2f");
		assertThat(json(NODES.binaryNode(new byte[0]))).isEqualTo("[\"$Uint8Array\",\"\"]");
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void escapesArraysThatLookLikeMarkers(Encoding encoding) {
		for (JsonNode array : JsonMapper.shared()
			.readTree(
					"""
							[["$x",1],["$",1],["$$x",1],["$BigInt","5"],["$Undefined",0],["$Set",[1]],["$x"],["$x",1,2],["x",1],[1,"$x"],
							[["$x",1],["$x",["$y",2]]],{"a":["$x",{"b":["$x",1]}]},[]]""")) {
			ToClient.ActionResponse response = new ToClient.ActionResponse(1, array);
			assertThat(ClientCodec.decode(encoding, encoding.codec().encode(response))).isEqualTo(response);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void escapesArgumentsThatLookLikeAMarker(Encoding encoding) {
		for (String first : new String[] { "$x", "$BigInt", "$$", "$Set" }) {
			ToClient.Event event = event(StringNode.valueOf(first), StringNode.valueOf("5"));
			assertThat(ClientCodec.decode(encoding, encoding.codec().encode(event))).isEqualTo(event);
		}
		assertThat(Encoding.JSON.codec().encode(event(StringNode.valueOf("$x"), NODES.numberNode(1)))).asString()
			.isEqualTo("{\"body\":{\"tag\":\"Event\",\"val\":{\"name\":\"ev\",\"args\":[\"$$x\",1]}}}");
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void writesNothingAsUndefinedAndNullAsNull(Encoding encoding) {
		assertThat(ClientCodec.decode(encoding, encoding.codec().encode(new ToClient.ActionResponse(1, null))))
			.isEqualTo(new ToClient.ActionResponse(1, null));
		assertThat(ClientCodec.decode(encoding,
				encoding.codec().encode(new ToClient.ActionResponse(1, NullNode.getInstance()))))
			.isEqualTo(new ToClient.ActionResponse(1, NullNode.getInstance()));
		assertThat(encoding.codec().encode(new ToClient.ActionResponse(1, MissingNode.getInstance())))
			.isEqualTo(encoding.codec().encode(new ToClient.ActionResponse(1, NullNode.getInstance())));
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void keepsTheOrderOfFields(Encoding encoding) {
		ToClient.ActionResponse response = new ToClient.ActionResponse(1,
				NODES.objectNode().put("z", 1).put("a", 2).put("m", 3));
		ToClient.ActionResponse read = (ToClient.ActionResponse) ClientCodec.decode(encoding,
				encoding.codec().encode(response));
		assertThat(String.valueOf(read.output())).isEqualTo("{\"z\":1,\"a\":2,\"m\":3}");
	}

	/**
	 * Each length at which the head of a text or the length before a value gets longer.
	 */
	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 22, 23, 24, 100, 120, 121, 122, 123, 124, 125, 126, 127, 128, 254, 255, 256, 257, 4000,
			16_375, 16_376, 16_377, 16_378, 16_379, 16_380, 16_381, 16_382, 16_383, 16_384, 65_535, 65_536, 2_097_140,
			2_097_150, 2_100_000 })
	void writesTextOfAnyLength(int length) {
		for (String letter : new String[] { "x", "é", "✓" }) {
			ToClient.Event event = event(StringNode.valueOf(letter.repeat(length)), StringNode.valueOf("y"));
			for (Encoding encoding : ClientCodec.PLAIN) {
				assertThat(ClientCodec.decode(encoding, encoding.codec().encode(event))).isEqualTo(event);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void writesAnyCharacter(Encoding encoding) {
		StringBuilder all = new StringBuilder();
		for (int point = 0; point <= Character.MAX_CODE_POINT; point += (point < 0x3000) ? 1 : 251) {
			if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
				all.appendCodePoint(point);
			}
		}
		ToClient.Event event = new ToClient.Event(all.toString(),
				List.of(StringNode.valueOf(all.toString()), NODES.objectNode().put(all.toString(), 1)));
		assertThat(ClientCodec.decode(encoding, encoding.codec().encode(event))).isEqualTo(event);
	}

	@Test
	void escapesInJsonWhatMustBe() {
		assertThat(json(StringNode.valueOf("\"\\\b\f\n\r\t\0\u001f/\u007f\u2028")))
			.isEqualTo("\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f/\u007f\u2028\"");
	}

	@Test
	void writesHalfASurrogatePairAsJavaScriptDoes() {
		assertThat(json(StringNode.valueOf("a\ud83d"))).isEqualTo("\"a\\ud83d\"");
		assertThat(json(StringNode.valueOf("\ude00\ud83d\ud83d\ude00b"))).isEqualTo("\"\\ude00\\ud83d😀b\"");
		assertThat(cbor(StringNode.valueOf("a\ud83d"))).isEqualTo("62613f");
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void failsClearlyOnAJavaObject(Encoding encoding) {
		JsonNode node = NODES.arrayNode().add(NODES.pojoNode(new Object()));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> encoding.codec().encode(new ToClient.ActionResponse(1, node)))
			.withMessageContaining("POJONode");
	}

	private static ToClient.Event event(@Nullable JsonNode... args) {
		return new ToClient.Event("ev", Arrays.asList(args));
	}

	private static String json(JsonNode value) {
		String body = new String(Encoding.JSON.codec().encodeActionResponse(value), StandardCharsets.UTF_8);
		return body.substring("{\"output\":".length(), body.length() - 1);
	}

	private static String cbor(JsonNode value) {
		return HexFormat.of()
			.formatHex(Encoding.CBOR.codec().encodeActionResponse(value))
			.substring("a1666f7574707574".length());
	}

}
