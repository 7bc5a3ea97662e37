package io.rivetevents.protocol.value;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

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

	@Test
	void readsHalfASurrogatePair() {
		assertThat(WireValues.decodeJson("\"\\ud83d\"")).isEqualTo(NODES.stringNode("\ud83d"));
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
	@ValueSource(strings = { "c080", "c1bf", "e08080", "eda080", "f4908080", "f8888080", "ff", "80", "c3" })
	void refusesInvalidUtf8(String hex) {
		byte[] json = HexFormat.of().parseHex("22" + hex + "22");
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> WireValues.decodeJson(json))
			.withMessageContaining("UTF-8");
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
