/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Values as the JavaScript client writes and reads them: sections 6.1 and 6.2 of the
 * protocol document. Undefined is a missing node, also inside objects, because the client
 * tells it from a field that is not there.
 */
final class ClientValues {

	private static final JsonMapper JSON = JsonMapper
		.builder(JsonFactory.builder()
			.streamWriteConstraints(StreamWriteConstraints.builder().maxNestingDepth(1000).build())
			.build())
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.build();

	private static final long MAX_SAFE_INTEGER = 9007199254740991L;

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private ClientValues() {
	}

	static boolean isUndefined(JsonNode value) {
		return value.isMissingNode();
	}

	// JSON

	static JsonNode ofJson(byte[] json) {
		try {
			return resolve(JSON.readTree(ClientCodec.utf8(json)));
		}
		catch (JacksonException ex) {
			throw ClientCodec.dropped(ex.getOriginalMessage());
		}
	}

	static byte[] toJson(JsonNode value) {
		return JSON.writeValueAsBytes(mark(value, true));
	}

	// Markers

	/** Innermost first, as the reviver of {@code JSON.parse} does. */
	private static JsonNode resolve(JsonNode value) {
		if (value instanceof ObjectNode object) {
			ObjectNode resolved = NODES.objectNode();
			object.forEachEntry((name, field) -> resolved.set(name, resolve(field)));
			return resolved;
		}
		if (value instanceof ArrayNode array) {
			ArrayNode resolved = NODES.arrayNode();
			array.forEach((element) -> resolved.add(resolve(element)));
			return resolveMarker(resolved);
		}
		return value.isNumber() ? number(value) : value;
	}

	private static JsonNode resolveMarker(ArrayNode array) {
		if (!isPair(array)) {
			return array;
		}
		String name = array.get(0).stringValue();
		JsonNode value = array.get(1);
		return switch (name) {
			case "$BigInt" -> NODES.numberNode(new BigInteger(value.stringValue()));
			case "$Undefined" -> MissingNode.getInstance();
			case "$Uint8Array", "$ArrayBuffer" -> NODES.binaryNode(Base64.getDecoder().decode(value.stringValue()));
			case "$Set" -> value;
			default -> {
				ClientCodec.require(name.startsWith("$$"), "unknown marker " + name);
				yield NODES.arrayNode().add(name.substring(1)).add(value);
			}
		};
	}

	private static boolean isPair(JsonNode array) {
		return array.size() == 2 && array.get(0).isString() && array.get(0).stringValue().startsWith("$");
	}

	private static JsonNode mark(JsonNode value, boolean json) {
		if (value.isBigInteger()) {
			return NODES.arrayNode().add("$BigInt").add(value.bigIntegerValue().toString());
		}
		if (value.isBinary()) {
			return NODES.arrayNode().add("$Uint8Array").add(Base64.getEncoder().encodeToString(value.binaryValue()));
		}
		if (value instanceof ObjectNode object) {
			ObjectNode marked = NODES.objectNode();
			object.forEachEntry((name, field) -> marked.set(name, mark(field, json)));
			return marked;
		}
		if (value instanceof ArrayNode array) {
			ArrayNode marked = NODES.arrayNode();
			array.forEach((element) -> marked.add(mark(element, json)));
			return isPair(array) ? marked.set(0, "$" + array.get(0).stringValue()) : marked;
		}
		return (json && value.isDouble() && !Double.isFinite(value.doubleValue())) ? NODES.nullNode() : value;
	}

	/** JavaScript has one kind of number. */
	private static JsonNode number(JsonNode number) {
		return number(number.numberValue().doubleValue());
	}

	private static JsonNode number(double number) {
		if (Math.rint(number) != number || Math.abs(number) > MAX_SAFE_INTEGER) {
			return NODES.numberNode(number);
		}
		return ((int) number == number) ? NODES.numberNode((int) number) : NODES.numberNode((long) number);
	}

	// CBOR

	static JsonNode ofCbor(byte[] cbor) {
		CborInput in = new CborInput(ByteBuffer.wrap(cbor));
		JsonNode value = in.value();
		ClientCodec.require(!in.bytes.hasRemaining(), "left-over bytes");
		return value;
	}

	/** As inside messages: what CBOR has itself needs no marker. */
	static byte[] toCbor(JsonNode value) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		write(value, out);
		return out.toByteArray();
	}

	/** As inside BARE and in inputs. */
	static byte[] toCompatibleCbor(JsonNode value) {
		return toCbor(mark(value, false));
	}

	private static void write(JsonNode value, ByteArrayOutputStream out) {
		switch (value.getNodeType()) {
			case OBJECT -> {
				out.write(0xb9);
				big(value.size(), 2, out);
				value.forEachEntry((name, field) -> {
					write(NODES.stringNode(name), out);
					write(field, out);
				});
			}
			case ARRAY -> {
				head(0x80, value.size(), out);
				value.forEach((element) -> write(element, out));
			}
			case STRING -> {
				byte[] utf8 = value.stringValue().getBytes(StandardCharsets.UTF_8);
				head(0x60, utf8.length, out);
				out.writeBytes(utf8);
			}
			case BINARY -> {
				out.write(0xd8);
				out.write(64);
				head(0x40, value.binaryValue().length, out);
				out.writeBytes(value.binaryValue());
			}
			case BOOLEAN -> out.write(value.booleanValue() ? 0xf5 : 0xf4);
			case NULL -> out.write(0xf6);
			case MISSING -> out.write(0xf7);
			case NUMBER -> writeNumber(value, out);
			case POJO -> throw new IllegalStateException();
		}
	}

	private static void writeNumber(JsonNode number, ByteArrayOutputStream out) {
		if (number.isBigInteger()) {
			writeBigInt(number.bigIntegerValue(), out);
			return;
		}
		double value = number.doubleValue();
		if (Math.rint(value) == value && value >= 0 && value < 0x1p32) {
			head(0x00, (long) value, out);
		}
		else if (Math.rint(value) == value && value < 0 && value >= -0x1p32) {
			head(0x20, -1 - (long) value, out);
		}
		else {
			out.write(0xfb);
			big(Double.doubleToLongBits(value), 8, out);
		}
	}

	private static void writeBigInt(BigInteger value, ByteArrayOutputStream out) {
		BigInteger magnitude = (value.signum() < 0) ? value.not() : value;
		if (magnitude.bitLength() <= 64) {
			out.write((value.signum() < 0) ? 0x3b : 0x1b);
			big(magnitude.longValue(), 8, out);
			return;
		}
		String hex = magnitude.toString(16);
		byte[] bytes = HexFormat.of().parseHex((hex.length() % 2 == 0) ? hex : "0" + hex);
		out.write((value.signum() < 0) ? 0xc3 : 0xc2);
		head(0x40, bytes.length, out);
		out.writeBytes(bytes);
	}

	private static void head(int type, long argument, ByteArrayOutputStream out) {
		int width = (argument < 24) ? 0 : (argument < 0x100) ? 1 : (argument < 0x10000) ? 2 : 4;
		out.write(type | switch (width) {
			case 0 -> (int) argument;
			case 1 -> 24;
			case 2 -> 25;
			default -> 26;
		});
		big(argument, width, out);
	}

	private static void big(long value, int width, ByteArrayOutputStream out) {
		for (int i = width - 1; i >= 0; i--) {
			out.write((int) (value >> (8 * i)));
		}
	}

	/**
	 * CBOR as cbor-x reads it: integers of 8 bytes are bigints, text and bytes must say
	 * how long they are.
	 */
	private record CborInput(ByteBuffer bytes) {

		JsonNode value() {
			int head = next();
			int type = head >> 5;
			int info = head & 31;
			if (type == 7) {
				return simple(info);
			}
			if (info == 31) {
				return indefinite(type);
			}
			long argument = argument(info);
			return switch (type) {
				case 0 ->
					(info == 27) ? NODES.numberNode(new BigInteger(Long.toUnsignedString(argument))) : number(argument);
				case 1 -> (info == 27) ? NODES.numberNode(new BigInteger(Long.toUnsignedString(argument)).not())
						: number(-1 - argument);
				case 2 -> NODES.binaryNode(take(argument));
				case 3 -> NODES.stringNode(utf8(argument));
				case 4 -> array(argument);
				case 5 -> object(argument);
				default -> tagged(argument);
			};
		}

		private JsonNode simple(int info) {
			return switch (info) {
				case 20, 21 -> NODES.booleanNode(info == 21);
				case 22 -> NODES.nullNode();
				case 23 -> MissingNode.getInstance();
				case 26 -> number(ByteBuffer.wrap(take(4)).getFloat());
				case 27 -> number(ByteBuffer.wrap(take(8)).getDouble());
				default -> throw ClientCodec.dropped("simple value " + info);
			};
		}

		private JsonNode indefinite(int type) {
			ClientCodec.require(type == 4 || type == 5, "text of indefinite length");
			ArrayNode array = NODES.arrayNode();
			ObjectNode object = NODES.objectNode();
			while (this.bytes.hasRemaining() && this.bytes.get(this.bytes.position()) != (byte) 0xff) {
				if (type == 4) {
					array.add(value());
				}
				else {
					object.set(value().asString(), value());
				}
			}
			next();
			return (type == 4) ? resolveMarker(array) : object;
		}

		private JsonNode array(long size) {
			ArrayNode array = NODES.arrayNode();
			for (long i = 0; i < size; i++) {
				array.add(value());
			}
			return resolveMarker(array);
		}

		private JsonNode object(long size) {
			ObjectNode object = NODES.objectNode();
			for (long i = 0; i < size; i++) {
				object.set(value().asString(), value());
			}
			return object;
		}

		private JsonNode tagged(long tag) {
			JsonNode content = value();
			return switch ((int) tag) {
				case 2 -> NODES.numberNode(new BigInteger(1, content.binaryValue()));
				case 3 -> NODES.numberNode(new BigInteger(1, content.binaryValue()).not());
				case 64, 258, 259 -> content;
				default -> throw ClientCodec.dropped("tag " + tag + " that no server writes");
			};
		}

		private String utf8(long length) {
			return ClientCodec.utf8(take(length));
		}

		private byte[] take(long length) {
			ClientCodec.require(length >= 0 && length <= this.bytes.remaining(), "too short");
			byte[] taken = new byte[(int) length];
			this.bytes.get(taken);
			return taken;
		}

		private int next() {
			return Byte.toUnsignedInt(take(1)[0]);
		}

		private long argument(int info) {
			ClientCodec.require(info < 28, "reserved length");
			return (info < 24) ? info : new BigInteger(1, take(1L << (info - 24))).longValue();
		}

	}

}
