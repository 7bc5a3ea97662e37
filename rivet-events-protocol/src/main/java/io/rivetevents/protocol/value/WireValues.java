/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.nio.charset.StandardCharsets;

import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;

/**
 * Values on the wire outside of messages: connection params and input. All encodings use
 * Jackson's tree as their model. A value arrives as the same tree in every encoding, as
 * far as the encoding supports it:
 * <ul>
 * <li>a bigint is a {@code BigIntegerNode}, which represents nothing else,
 * <li>an integer is an {@code IntNode} or {@code LongNode}, in whatever form it was
 * written,
 * <li>bytes are a {@code BinaryNode}, a set and a typed array an {@code ArrayNode}, a map
 * an {@code ObjectNode}, a date its ISO string in UTC,
 * <li>undefined is a {@code NullNode} in an array and is omitted in an object.
 * </ul>
 */
public final class WireValues {

	private WireValues() {
	}

	/**
	 * Reads CBOR, including markers.
	 * @param bytes one value without further data
	 * @throws RivetException with {@code actor.invalid_request} if it cannot be read;
	 * never another exception
	 */
	public static JsonNode decodeCbor(byte[] bytes) {
		return CborReader.read(bytes, 0, bytes.length);
	}

	/**
	 * Reads JSON, including markers.
	 * @param json one value, which may be surrounded by white space
	 * @throws RivetException with {@code actor.invalid_request} if it cannot be read;
	 * never another exception
	 */
	public static JsonNode decodeJson(String json) {
		return decodeJson(json.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Reads JSON, including markers.
	 * @param json UTF-8: one value, which may be surrounded by white space
	 * @throws RivetException with {@code actor.invalid_request} if it cannot be read;
	 * never another exception
	 */
	public static JsonNode decodeJson(byte[] json) {
		JsonNode[] value = new JsonNode[1];
		JsonReader.read(json, (in) -> value[0] = Markers.defined(in.value()));
		return value[0];
	}

	/**
	 * Writes JSON, including markers.
	 * @param value the value
	 * @return UTF-8
	 */
	public static byte[] encodeJson(JsonNode value) {
		JsonWriter out = new JsonWriter();
		out.value(value);
		return out.toBytes();
	}

}
