/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.math.BigInteger;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.error.RivetException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CborReaderTests {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			b90001616101             | {"a":1}
			bf616101616202ff         | {"a":1,"b":2}
			9f018202039f0405ffff     | [1,[2,3],[4,5]]
			7f657374726561646d696e67ff | "streaming"
			f93c00                   | 1
			f93e00                   | 1.5
			f9c400                   | -4
			f90001                   | 5.960464477539063E-8
			f97bff                   | 65504
			fa47c35000               | 100000
			fa3fc00000               | 1.5
			fb4000000000000000       | 2
			c074323031332d30332d32315432303a30343a30305a | "2013-03-21T20:04:00Z"
			c11a514b67b0             | "2013-03-21T20:04:00.000Z"
			c1fb41d452d9ec200000     | "2013-03-21T20:04:00.500Z"
			c120                     | "1969-12-31T23:59:59.000Z"
			c1fb7ff8000000000000     | null
			c1fb7ff0000000000000     | null
			d9010283010203           | [1,2,3]
			d90103a20102f503         | {"1":2,"true":3}
			d8256178                 | "x"
			d9d9f7a16161f6           | {"a":null}
			f7                       | null
			83f701f7                 | [null,1,null]
			a26161f7616201           | {"b":1}
			a2616101616102           | {"a":2}
			d84043010203             | "AQID"
			d84443ff0102             | [255,1,2]
			d84843ff0102             | [-1,1,2]
			d84544010000ff           | [1,65280]
			d84d44ffff0100           | [-1,1]
			d84648ffffffff01000000   | [4294967295,1]
			d84e48ffffffff01000000   | [-1,1]
			d8554800004040000040c0   | [3,-3]
			d854440038003c           | [0.5,1]
			d84144000100ff           | [1,255]
			""")
	void reads(String hex, String json) {
		JsonNode value = read(hex.replace(" ", ""));
		assertThat(value.isBinary() ? NODES.stringNode(value.asString()) : value)
			.isEqualTo(JsonMapper.shared().readTree(json));
	}

	@ParameterizedTest
	@CsvSource({ "1b0000000000000000,0", "1bffffffffffffffff,18446744073709551615", "3b0000000000000000,-1",
			"3bffffffffffffffff,-18446744073709551616", "c249010000000000000000,18446744073709551616",
			"c349010000000000000000,-18446744073709551617", "c240,0", "c340,-1" })
	void readsLongIntegersAsBigints(String hex, BigInteger value) {
		assertThat(read(hex)).isEqualTo(NODES.numberNode(value));
	}

	@Test
	void readsTheElementsOfLongArraysAsBigints() {
		assertThat(read("d84748ffffffffffffffff"))
			.isEqualTo(NODES.arrayNode().add(new BigInteger("18446744073709551615")));
		assertThat(read("d84f48ffffffffffffffff")).isEqualTo(NODES.arrayNode().add(BigInteger.valueOf(-1)));
	}

	@Test
	void keepsTheSignOfZeroAndWhatIsNoNumber() {
		assertThat(read("f97e00").doubleValue()).isNaN();
		assertThat(read("f97c00").doubleValue()).isEqualTo(Double.POSITIVE_INFINITY);
		assertThat(read("f9fc00").doubleValue()).isEqualTo(Double.NEGATIVE_INFINITY);
	}

	@Test
	void joinsTextWithinACharacter() {
		assertThat(read("7f61c361a9ff")).isEqualTo(NODES.stringNode("é"));
		assertThat(read("5f41014102ff")).isEqualTo(NODES.binaryNode(new byte[] { 1, 2 }));
	}

	@Test
	void resolvesMarkersAtAnyDepth() {
		assertThat(read("a16161 81 826724426967496e746135".replace(" ", "")))
			.isEqualTo(NODES.objectNode().set("a", NODES.arrayNode().add(BigInteger.valueOf(5))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "0000", "18", "1900", "62", "6261", "82", "8201", "a1", "a16161", "9f", "9f01", "bf",
			"bf6161", "bf6161ff", "7f", "7f6161", "7f01ff", "7f4161ff", "7f7f6161ffff", "5f6161ff", "ff", "1c", "1d",
			"1e", "1f", "3f", "df00", "f8", "f800", "f818", "f0", "f9", "f93c", "fa000000", "fb00000000000000",
			"9b7fffffffffffffff", "9bffffffffffffffff", "bb7fffffffffffffff", "9a7fffffff", "7bffffffffffffffff",
			"5a7fffffff", "61ff", "62c328", "63eda080", "c16161", "c101ff", "c101 00", "c26161", "c2 01", "d84501",
			"d8454401", "d853500000000000000000", "d84543010203", "a1f601", "a1f701", "a18001", "a1a001", "d8", "c0" })
	void refuses(String hex) {
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> read(hex.replace(" ", "")))
			.satisfies((ex) -> assertThat(ex.group() + "." + ex.code()).isEqualTo("actor.invalid_request"));
	}

	@Test
	void readsADateBeyondAllDatesAsNull() {
		assertThat(read("c1c2590190" + "ff".repeat(400)).isNull()).isTrue();
		assertThat(read("c1fb4280000000000000").isNull()).isFalse();
		assertThat(read("c1fb42a0000000000000").isNull()).isTrue();
	}

	@Test
	void refusesABigintOfThousandsOfDigits() {
		assertThat(read("c259019f" + "ff".repeat(415)).bigIntegerValue().bitLength()).isEqualTo(3320);
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> read("c25901a0" + "ff".repeat(416)));
	}

	/**
	 * Half a megabyte of claims within claims: all would be allocated if they were
	 * believed.
	 */
	@Test
	void doesNotAllocateWhatIsOnlyClaimed() {
		String claims = "9a0007a000".repeat(400) + "00".repeat(500_000);
		long before = allocated();
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> read(claims));
		assertThat(allocated() - before).isLessThan(64_000_000);
	}

	@Test
	void readsNamesOfAnyLength() {
		StringBuilder name = new StringBuilder();
		for (int length = 0; length < 40; length++) {
			for (String other : new String[] { "", "\0", "\"", "é", "\0\0", "\\" }) {
				ObjectNode object = JsonNodeFactory.instance.objectNode().put(name + other, 1);
				ArrayNode array = JsonNodeFactory.instance.arrayNode().add(object).add("x".repeat(30)).add(object);
				CborWriter out = new CborWriter();
				out.value(array);
				assertThat(WireValues.decodeCbor(out.toBytes())).isEqualTo(array);
			}
			name.append((char) ('a' + length % 26));
		}
	}

	/** The bytes after those of a value in BARE are there, but not part of it. */
	@Test
	void doesNotReadANameBeyondTheEnd() {
		byte[] bytes = HexFormat.of().parseHex("a1636162" + "63".repeat(20));
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> CborReader.read(bytes, 0, 4))
			.withMessageContaining("too early");
	}

	private static long allocated() {
		return ((com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean())
			.getCurrentThreadAllocatedBytes();
	}

	private static JsonNode read(String hex) {
		return WireValues.decodeCbor(HexFormat.of().parseHex(hex));
	}

}
