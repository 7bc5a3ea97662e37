/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.protocol.encoding.Encoding;

/**
 * The recorded frames, bodies, values and keys: section 15 of the protocol document.
 */
final class Vectors {

	private static final JsonNode ALL = load();

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private Vectors() {
	}

	static Stream<JsonNode> of(String section) {
		return ALL.get(section).values().stream();
	}

	static Encoding encoding(JsonNode vector) {
		Encoding encoding = Encoding.of(vector.get("encoding").stringValue());
		if (encoding == null) {
			throw new IllegalStateException("No encoding of " + vector);
		}
		return encoding;
	}

	static byte[] bytes(JsonNode vector) {
		return vector.has("hex") ? HexFormat.of().parseHex(vector.get("hex").stringValue())
				: vector.get("text").stringValue().getBytes(StandardCharsets.UTF_8);
	}

	static byte[] hex(JsonNode vector, String field) {
		return HexFormat.of().parseHex(vector.get(field).stringValue());
	}

	/** For the name of a test. */
	static String describe(JsonNode vector) {
		return "%s %s %s %s".formatted(vector.path("encoding").asString(""), vector.path("kind").asString(""),
				vector.path("note").asString(""), vector.has("hex") ? vector.get("hex") : vector.path("text"));
	}

	/**
	 * Return a JavaScript value as the server sees it; a missing node is undefined.
	 */
	static JsonNode value(JsonNode recorded) {
		if (recorded.has("$js")) {
			return special(recorded.get("$js").stringValue(), recorded.path("v"));
		}
		if (recorded instanceof ArrayNode array) {
			ArrayNode values = NODES.arrayNode();
			array.forEach((element) -> values.add(value(element)));
			return values;
		}
		if (recorded instanceof ObjectNode object) {
			ObjectNode values = NODES.objectNode();
			object.forEachEntry((name, field) -> {
				if (!value(field).isMissingNode()) {
					values.set(name, value(field));
				}
			});
			return values;
		}
		return recorded;
	}

	private static JsonNode special(String type, JsonNode content) {
		return switch (type) {
			case "undefined" -> MissingNode.getInstance();
			case "bigint" -> NODES.numberNode(new BigInteger(content.stringValue()));
			case "number" -> number(content.stringValue());
			case "Uint8Array", "ArrayBuffer" -> NODES.binaryNode(HexFormat.of().parseHex(content.stringValue()));
			case "Float64Array" -> NODES.arrayNode().add(1.5);
			case "Uint16Array" -> NODES.arrayNode().add(1).add(2);
			case "Date" -> content;
			case "Set" -> value(content);
			case "Map" -> map(content);
			case "RegExp" -> NODES.arrayNode().add("RegExp").add("a+").add("g");
			default -> throw new IllegalStateException(type);
		};
	}

	private static JsonNode number(String text) {
		return text.equals("-0") ? NODES.numberNode(0) : NODES.numberNode(Double.parseDouble(text));
	}

	private static JsonNode map(JsonNode entries) {
		ObjectNode map = NODES.objectNode();
		entries.forEach((entry) -> map.set(entry.get(0).asString(), value(entry.get(1))));
		return map;
	}

	private static JsonNode load() {
		try (InputStream json = Vectors.class.getResourceAsStream("/protocol/vectors.json")) {
			return JsonMapper.shared().readTree(json);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
