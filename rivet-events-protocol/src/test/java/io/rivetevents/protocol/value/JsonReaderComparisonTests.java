/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.error.RivetException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Jackson takes for JSON is taken, and nothing else: thousands of texts, most of
 * them broken somewhere.
 */
class JsonReaderComparisonTests {

	private static final int TEXTS = 50_000;

	private static final List<String> SAMPLES = List.of(
			"{\"a\":[1,-2,3.5e-2,true,false,null],\"b\":{\"c\":\"x\\n\\u00e9\"}}",
			"[\"\",\"\\\\\\\"/\",0,-0,10,1234567890123,0.1,1E5,[[],{}]]", "  {\"body\" : {\"tag\":\"Event\"} }\n",
			"\"text\"", "-12.25", "[{\"a\":1},{\"a\":[{\"b\":2}]}]", "{\"a\":1,\"a\":2}", "123456789012345678",
			"{\"\":1,\"seven b\":2,\"eight by\":3,\"nine byte\":4,\"fifteen bytes..\":5,\"sixteen bytes...\":6,\"17\\b bytes ......\":7}");

	private static final String ALPHABET = "{}[],:\"\\ \n\t0123456789-+.eEtrufalsn/bx'\u0001";

	private final JsonMapper jackson = new JsonMapper();

	private final Random random = new Random(42);

	@Test
	void readsWhatJacksonReads() {
		int read = 0;
		for (int i = 0; i < TEXTS; i++) {
			String text = mutate(SAMPLES.get(i % SAMPLES.size()), this.random.nextInt(4));
			JsonNode expected = read(text);
			JsonNode actual = decode(text);
			// the end of the bytes is read in another way
			assertThat(decode(text + " ".repeat(24))).as(text).isEqualTo(actual);
			assertThat(actual != null).as(text).isEqualTo(expected != null);
			if (expected != null && actual != null) {
				read++;
				assertThat(normal(actual)).as(text).isEqualTo(normal(expected));
			}
		}
		assertThat(read).isBetween(TEXTS / 20, TEXTS - TEXTS / 20);
	}

	private String mutate(String text, int times) {
		StringBuilder mutated = new StringBuilder(text);
		for (int i = 0; i < times && !mutated.isEmpty(); i++) {
			int at = this.random.nextInt(mutated.length());
			char other = ALPHABET.charAt(this.random.nextInt(ALPHABET.length()));
			switch (this.random.nextInt(3)) {
				case 0 -> mutated.setCharAt(at, other);
				case 1 -> mutated.insert(at, other);
				default -> mutated.deleteCharAt(at);
			}
		}
		return mutated.toString();
	}

	private @Nullable JsonNode read(String text) {
		try {
			JsonNode tree = this.jackson.readTree(text);
			return tree.isMissingNode() ? null : tree;
		}
		catch (JacksonException ex) {
			return null;
		}
	}

	private @Nullable JsonNode decode(String text) {
		try {
			return WireValues.decodeJson(text.getBytes(StandardCharsets.UTF_8));
		}
		catch (RivetException ex) {
			return null;
		}
	}

	/** Numbers are compared as JavaScript sees them. */
	private String normal(JsonNode node) {
		if (node.isNumber()) {
			return String.valueOf(node.doubleValue() + 0.0);
		}
		StringBuilder text = new StringBuilder(node.isContainer() ? "" : node.toString());
		node.properties().forEach((each) -> text.append(each.getKey()).append(':').append(normal(each.getValue())));
		node.forEach((each) -> text.append(node.isArray() ? normal(each) : "").append(','));
		return text.toString();
	}

}
