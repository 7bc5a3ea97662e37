/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Arrays;
import java.util.function.Consumer;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads CBOR (RFC 8949) as written by RivetKit clients, including markers: section 6.2 of
 * the protocol document. Lengths are checked against the number of bytes.
 * <p>
 * Jackson's parser cannot be used: here an integer with a head of 8 bytes is a bigint,
 * which that parser does not distinguish from a number.
 */
public final class CborReader implements MessageReader {

	private static final int UNSIGNED = 0;

	private static final int NEGATIVE = 1;

	private static final int BYTES = 2;

	private static final int TEXT = 3;

	private static final int ARRAY = 4;

	private static final int MAP = 5;

	private static final int TAG = 6;

	/** Argument of 8 bytes. */
	private static final int LONG = 27;

	/** Length that is not known in advance. */
	private static final int INDEFINITE = 31;

	/** Ends an item of unknown length. */
	private static final int BREAK = 0xff;

	private static final long INDEFINITE_COUNT = -1;

	/**
	 * Maximum capacity that is reserved for a declared count before the elements are
	 * read.
	 */
	private static final int MAX_INITIAL_CAPACITY = 16;

	/** Same limit as {@link Markers} has for strings. */
	private static final int MAX_BIGNUM_BYTES = 415;

	/** ECMA-262: maximum distance of a date from 1970, in milliseconds. */
	private static final double MAX_DATE = 8.64e15;

	/** Format of a date in {@code JSON.stringify}. */
	private static final DateTimeFormatter ISO_MILLIS = new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private static final FieldNames NAMES = new FieldNames();

	private final byte[] bytes;

	private final int end;

	private int position;

	private int depth;

	private CborReader(byte[] bytes, int start, int end) {
		this.bytes = bytes;
		this.position = start;
		this.end = end;
	}

	public static JsonNode read(byte[] bytes, int start, int end) {
		CborReader in = new CborReader(bytes, start, end);
		JsonNode value = Markers.defined(in.value());
		in.end();
		return value;
	}

	public static void read(byte[] bytes, Consumer<MessageReader> body) {
		CborReader in = new CborReader(bytes, 0, bytes.length);
		body.accept(in);
		in.end();
	}

	private void end() {
		if (this.position != this.end) {
			throw Markers.malformed("it is followed by further data");
		}
	}

	@Override
	public void map(Consumer<String> field) {
		int head = next();
		while (head >> 5 == TAG) {
			argument(head & 0x1f);
			head = next();
		}
		if (head >> 5 != MAP) {
			throw Markers.malformed("a map is missing");
		}
		enter();
		for (long rest = count(head & 0x1f); hasNext(rest); rest--) {
			field.accept(key());
		}
		this.depth--;
	}

	@Override
	public JsonNode value() {
		int head = next();
		int info = head & 0x1f;
		return switch (head >> 5) {
			case UNSIGNED -> unsigned(info);
			case NEGATIVE -> negative(info);
			case BYTES -> NODES.binaryNode(bytes(info));
			case TEXT -> NODES.stringNode(text(info));
			case ARRAY -> Markers.resolve(array(info));
			case MAP -> object(info);
			case TAG -> tagged(info);
			default -> simple(info);
		};
	}

	/** Clients write only bigints with 8 bytes; shorter integers are numbers. */
	private JsonNode unsigned(int info) {
		long argument = argument(info);
		return (info == LONG) ? NODES.numberNode(unsignedLong(argument)) : integer(argument);
	}

	private JsonNode negative(int info) {
		long argument = argument(info);
		return (info == LONG) ? NODES.numberNode(unsignedLong(argument).not()) : integer(~argument);
	}

	private static BigInteger unsignedLong(long bits) {
		return (bits >= 0) ? BigInteger.valueOf(bits) : new BigInteger(Long.toUnsignedString(bits));
	}

	private static JsonNode integer(long value) {
		return ((int) value == value) ? NODES.numberNode((int) value) : NODES.numberNode(value);
	}

	private JsonNode simple(int info) {
		return switch (info) {
			case 20 -> NODES.booleanNode(false);
			case 21 -> NODES.booleanNode(true);
			case 22 -> NODES.nullNode();
			case 23 -> MissingNode.getInstance();
			case 25 -> JavaScriptNumbers.number(half((int) big(2)));
			case 26 -> JavaScriptNumbers.number(Float.intBitsToFloat((int) big(4)));
			case LONG -> JavaScriptNumbers.number(Double.longBitsToDouble(big(8)));
			default -> throw Markers.malformed("it has a value of an unknown kind");
		};
	}

	/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of mantissa. */
	private static double half(int bits) {
		int exponent = (bits >> 10) & 0x1f;
		int mantissa = bits & 0x3ff;
		double magnitude = switch (exponent) {
			case 0 -> Math.scalb((double) mantissa, -24);
			case 0x1f -> (mantissa == 0) ? Double.POSITIVE_INFINITY : Double.NaN;
			default -> Math.scalb((double) (mantissa | 0x400), exponent - 25);
		};
		return ((bits & 0x8000) != 0) ? -magnitude : magnitude;
	}

	private ArrayNode array(int info) {
		enter();
		long rest = count(info);
		ArrayNode array = NODES.arrayNode((int) Math.min(Math.max(rest, 0), MAX_INITIAL_CAPACITY));
		for (; hasNext(rest); rest--) {
			array.add(Markers.defined(value()));
		}
		this.depth--;
		return array;
	}

	private ObjectNode object(int info) {
		enter();
		ObjectNode object = NODES.objectNode();
		for (long rest = count(info); hasNext(rest); rest--) {
			String key = key();
			JsonNode value = value();
			if (!value.isMissingNode()) {
				object.set(key, value);
			}
		}
		this.depth--;
		return object;
	}

	/** Returns the same {@code String} for equal short names of plain characters. */
	private String name(int length) {
		int start = this.position;
		boolean roomy = start + FieldNames.MAX_LENGTH < this.bytes.length;
		if (length > FieldNames.MAX_LENGTH || start + length > this.end || !roomy) {
			return text(length);
		}
		long first = EightBytes.get(this.bytes, start);
		long second = EightBytes.get(this.bytes, start + Long.BYTES);
		int plain = EightBytes.before(EightBytes.findSpecialOrWide(first));
		if (plain == Long.BYTES) {
			plain += EightBytes.before(EightBytes.findSpecialOrWide(second));
		}
		if (plain < length) {
			return text(length);
		}
		this.position += length;
		return NAMES.get(EightBytes.keep(first, length), EightBytes.keep(second, length - Long.BYTES), this.bytes,
				start, length);
	}

	/** The keys of a JavaScript map may be of other types than string. */
	private String key() {
		int head = next();
		if (head >> 5 == TEXT) {
			return name(head & 0x1f);
		}
		this.position--;
		enter();
		JsonNode key = value();
		this.depth--;
		if (!key.isNumber() && !key.isBoolean()) {
			throw Markers.malformed("a map has a key that is not a string");
		}
		return key.asString();
	}

	private JsonNode tagged(int info) {
		enter();
		long tag = argument(info);
		JsonNode content = Markers.defined(value());
		this.depth--;
		if (tag == 1) {
			return date(content);
		}
		if (tag == 2 || tag == 3) {
			BigInteger magnitude = bignum(binary(content));
			return NODES.numberNode((tag == 2) ? magnitude : magnitude.not());
		}
		if (tag > 64 && tag <= 87) {
			return typedArray((int) tag, binary(content));
		}
		// 64 is bytes, 258 a set, 259 a map: their content determines the value
		return content;
	}

	/**
	 * Converts seconds to the string that JSON would contain; an invalid date is null
	 * there.
	 */
	private static JsonNode date(JsonNode seconds) {
		if (!seconds.isNumber()) {
			throw Markers.malformed("a date is not a number");
		}
		double millis = seconds.numberValue().doubleValue() * 1000;
		if (!(Math.abs(millis) <= MAX_DATE)) {
			return NODES.nullNode();
		}
		return NODES.stringNode(ISO_MILLIS.format(Instant.ofEpochMilli(Math.round(millis))));
	}

	private static BigInteger bignum(byte[] magnitude) {
		if (magnitude.length > MAX_BIGNUM_BYTES) {
			throw Markers.malformed("a bigint is too long");
		}
		return new BigInteger(1, magnitude);
	}

	private static byte[] binary(JsonNode node) {
		if (!node.isBinary()) {
			throw Markers.malformed("a tag has no bytes");
		}
		return node.binaryValue();
	}

	/**
	 * RFC 8746, section 2.1: the bits of the tag are float, signed, little endian and
	 * size.
	 */
	private static JsonNode typedArray(int tag, byte[] content) {
		boolean floating = (tag & 0b10000) != 0;
		boolean signed = (tag & 0b01000) != 0;
		ByteOrder order = ((tag & 0b00100) != 0) ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
		int size = 1 << (floating ? (tag & 0b11) + 1 : tag & 0b11);
		if (size > 8 || content.length % size != 0) {
			throw Markers.malformed("a typed array has a wrong size");
		}
		ByteBuffer in = ByteBuffer.wrap(content).order(order);
		ArrayNode array = NODES.arrayNode(content.length / size);
		while (in.hasRemaining()) {
			array.add(floating ? floating(in, size) : whole(in, size, signed));
		}
		return array;
	}

	private static JsonNode floating(ByteBuffer in, int size) {
		return JavaScriptNumbers.number(switch (size) {
			case 2 -> half(in.getShort() & 0xffff);
			case 4 -> in.getFloat();
			default -> in.getDouble();
		});
	}

	/** Elements of 8 bytes are bigints in JavaScript. */
	private static JsonNode whole(ByteBuffer in, int size, boolean signed) {
		return switch (size) {
			case 1 -> integer(signed ? in.get() : in.get() & 0xff);
			case 2 -> integer(signed ? in.getShort() : in.getShort() & 0xffff);
			case 4 -> integer(signed ? in.getInt() : in.getInt() & 0xffff_ffffL);
			default -> NODES.numberNode(signed ? BigInteger.valueOf(in.getLong()) : unsignedLong(in.getLong()));
		};
	}

	private String text(int info) {
		if (info == INDEFINITE) {
			byte[] chunks = chunks(TEXT);
			return Utf8.decode(chunks, 0, chunks.length);
		}
		int length = length(argument(info));
		this.position += length;
		return Utf8.decode(this.bytes, this.position - length, length);
	}

	private byte[] bytes(int info) {
		if (info == INDEFINITE) {
			return chunks(BYTES);
		}
		int length = length(argument(info));
		this.position += length;
		return Arrays.copyOfRange(this.bytes, this.position - length, this.position);
	}

	/** Joins the parts of a string or of bytes of unknown length. */
	private byte[] chunks(int major) {
		ByteArrayOutputStream whole = new ByteArrayOutputStream();
		while (hasNext(INDEFINITE_COUNT)) {
			int head = next();
			if (head >> 5 != major || (head & 0x1f) == INDEFINITE) {
				throw Markers.malformed("a string has a part of another type");
			}
			int length = length(argument(head & 0x1f));
			whole.write(this.bytes, this.position, length);
			this.position += length;
		}
		return whole.toByteArray();
	}

	/** Number of elements; negative if an end marker follows. */
	private long count(int info) {
		return (info == INDEFINITE) ? INDEFINITE_COUNT : length(argument(info));
	}

	/** Whether there is another element; reads an end marker. */
	private boolean hasNext(long rest) {
		if (rest >= 0) {
			return rest > 0;
		}
		length(1);
		boolean end = (this.bytes[this.position] & 0xff) == BREAK;
		if (end) {
			this.position++;
		}
		return !end;
	}

	private long argument(int info) {
		return switch (info) {
			case 24 -> big(1);
			case 25 -> big(2);
			case 26 -> big(4);
			case LONG -> big(8);
			case 28, 29, 30, INDEFINITE -> throw Markers.malformed("a length is of an unknown kind");
			default -> info;
		};
	}

	/**
	 * Rejects a declared length that exceeds the remaining bytes, since each element
	 * takes at least one byte.
	 */
	private int length(long claimed) {
		if (claimed < 0 || claimed > this.end - this.position) {
			throw Markers.malformed("it ends too early");
		}
		return (int) claimed;
	}

	private long big(int length) {
		length(length);
		long value = 0;
		for (int i = 0; i < length; i++) {
			value = (value << 8) | (this.bytes[this.position++] & 0xff);
		}
		return value;
	}

	private int next() {
		length(1);
		return this.bytes[this.position++] & 0xff;
	}

	private void enter() {
		if (++this.depth > MAX_DEPTH) {
			throw Markers.malformed("it is nested too deeply");
		}
	}

}
