/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.POJONode;

import io.rivetevents.protocol.value.MessageReader;

/**
 * Writes and reads JSON values exactly: one byte for the kind of a value, then its
 * content. The encodings for clients are not used here, since they write numbers and
 * bytes as JavaScript has them: a {@code BigDecimal} would lose digits, a {@code long} of
 * more than 53 bits would arrive as a bigint, bytes would take a third more, and
 * undefined in an object would be gone.
 */
final class JsonValues {

	/**
	 * Maximum nesting depth: some more than messages from clients have, since their
	 * params are part of a larger value. The sender rejects deeper values, which could
	 * overflow the stack.
	 */
	static final int MAX_DEPTH = MessageReader.MAX_DEPTH + 12;

	private static final int NULL = 0;

	private static final int MISSING = 1;

	private static final int FALSE = 2;

	private static final int TRUE = 3;

	private static final int INT = 4;

	private static final int LONG = 5;

	private static final int BIG_INTEGER = 6;

	private static final int DOUBLE = 7;

	private static final int FLOAT = 8;

	private static final int BIG_DECIMAL = 9;

	private static final int TEXT = 10;

	private static final int BYTES = 11;

	private static final int ARRAY = 12;

	private static final int OBJECT = 13;

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private JsonValues() {
	}

	/**
	 * Writes a value.
	 * @throws IllegalArgumentException if the value is nested too deeply, or has a Java
	 * object that is not a {@code byte[]}
	 */
	static void write(FrameOutput out, JsonNode value) {
		write(out, value, 0);
	}

	private static void write(FrameOutput out, JsonNode value, int depth) {
		if (depth > MAX_DEPTH) {
			throw new IllegalArgumentException(
					"A value for another node is nested more than %d levels deep".formatted(MAX_DEPTH));
		}
		switch (value.getNodeType()) {
			case NULL -> out.one(NULL);
			case MISSING -> out.one(MISSING);
			case BOOLEAN -> out.one(value.booleanValue() ? TRUE : FALSE);
			case NUMBER -> writeNumber(out, value);
			case STRING -> out.one(TEXT).text(value.stringValue());
			case BINARY -> out.one(BYTES).bytes(value.binaryValue());
			case POJO -> out.one(BYTES).bytes(bytesOf(value));
			case ARRAY -> writeArray(out, value, depth);
			case OBJECT -> writeObject(out, value, depth);
		}
	}

	private static void writeNumber(FrameOutput out, JsonNode value) {
		switch (value.numberType()) {
			case INT -> out.one(INT).number(value.intValue());
			case LONG -> out.one(LONG).number(value.longValue());
			case BIG_INTEGER -> out.one(BIG_INTEGER).bytes(value.bigIntegerValue().toByteArray());
			case DOUBLE -> out.one(DOUBLE).fixed(Double.doubleToRawLongBits(value.doubleValue()));
			case FLOAT -> out.one(FLOAT).unsigned(Integer.toUnsignedLong(Float.floatToRawIntBits(value.floatValue())));
			case BIG_DECIMAL -> {
				BigDecimal decimal = value.decimalValue();
				out.one(BIG_DECIMAL).number(decimal.scale()).bytes(decimal.unscaledValue().toByteArray());
			}
		}
	}

	private static void writeArray(FrameOutput out, JsonNode array, int depth) {
		out.one(ARRAY).unsigned(array.size());
		for (JsonNode each : array) {
			write(out, each, depth + 1);
		}
	}

	private static void writeObject(FrameOutput out, JsonNode object, int depth) {
		out.one(OBJECT).unsigned(object.size());
		for (Map.Entry<String, JsonNode> each : object.properties()) {
			out.text(each.getKey());
			write(out, each.getValue(), depth + 1);
		}
	}

	/** Jackson's form of a {@code byte[]} in a tree is a Java object. */
	private static byte[] bytesOf(JsonNode value) {
		Object object = ((POJONode) value).getPojo();
		if (object instanceof byte[] bytes) {
			return bytes;
		}
		throw new IllegalArgumentException("A value for another node has a Java object of %s"
			.formatted((object != null) ? object.getClass() : null));
	}

	static JsonNode read(FrameInput in) {
		return read(in, 0);
	}

	private static JsonNode read(FrameInput in, int depth) {
		if (depth > MAX_DEPTH) {
			throw FrameInput.malformed("a value is nested too deeply");
		}
		return switch (in.one()) {
			case NULL -> NODES.nullNode();
			case MISSING -> MissingNode.getInstance();
			case FALSE -> NODES.booleanNode(false);
			case TRUE -> NODES.booleanNode(true);
			case INT -> NODES.numberNode(in.integer());
			case LONG -> NODES.numberNode(in.number());
			case BIG_INTEGER -> NODES.numberNode(new BigInteger(in.bytes()));
			case DOUBLE -> NODES.numberNode(Double.longBitsToDouble(in.fixed()));
			case FLOAT -> NODES.numberNode(Float.intBitsToFloat((int) in.unsigned()));
			case BIG_DECIMAL -> readDecimal(in);
			case TEXT -> NODES.stringNode(in.text());
			case BYTES -> NODES.binaryNode(in.bytes());
			case ARRAY -> readArray(in, depth);
			case OBJECT -> readObject(in, depth);
			default -> throw FrameInput.malformed("a value is of an unknown kind");
		};
	}

	private static JsonNode readDecimal(FrameInput in) {
		int scale = in.integer();
		return NODES.numberNode(new BigDecimal(new BigInteger(in.bytes()), scale));
	}

	private static ArrayNode readArray(FrameInput in, int depth) {
		ArrayNode array = NODES.arrayNode();
		for (int rest = in.count(); rest > 0; rest--) {
			array.add(read(in, depth + 1));
		}
		return array;
	}

	private static ObjectNode readObject(FrameInput in, int depth) {
		ObjectNode object = NODES.objectNode();
		for (int rest = in.count(); rest > 0; rest--) {
			object.set(in.text(), read(in, depth + 1));
		}
		return object;
	}

}
