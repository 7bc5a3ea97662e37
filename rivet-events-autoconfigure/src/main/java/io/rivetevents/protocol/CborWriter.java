package io.rivetevents.protocol;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Writes CBOR as the RivetKit clients read it: all lengths definite, integers that must
 * not become a bigint as float64, the rest by markers. Section 6.2 of the protocol
 * document.
 */
final class CborWriter implements MessageWriter {

	private static final int UNSIGNED = 0;

	private static final int NEGATIVE = 1;

	private static final int TEXT = 3;

	private static final int ARRAY = 4;

	private static final int MAP = 5;

	private static final int FALSE = 0xf4;

	private static final int TRUE = 0xf5;

	private static final int NULL = 0xf6;

	private static final int FLOAT64 = 0xfb;

	/** The head of an unsigned integer of 8 bytes. */
	private static final int UNSIGNED_64 = 0x1b;

	private static final long MAX_UINT32 = 0xffff_ffffL;

	private byte[] bytes = new byte[128];

	private int size;

	@Override
	public void startMap(int size) {
		head(MAP, size);
	}

	@Override
	public void endMap() {
		// its size says where it ends
	}

	@Override
	public void name(String name) {
		text(name);
	}

	@Override
	public void text(String text) {
		byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
		head(TEXT, utf8.length);
		ensure(utf8.length);
		System.arraycopy(utf8, 0, this.bytes, this.size, utf8.length);
		this.size += utf8.length;
	}

	@Override
	public void id(long id) {
		put(UNSIGNED_64);
		big(id, 8);
	}

	@Override
	public void number(long number) {
		if (number >= 0 && number <= MAX_UINT32) {
			head(UNSIGNED, number);
		}
		else if (number < 0 && number >= -MAX_UINT32 - 1) {
			head(NEGATIVE, -1 - number);
		}
		else if (Values.isSafe(number)) {
			floating(number);
		}
		else {
			marker(Markers.BIG_INT, BigInteger.valueOf(number).toString());
		}
	}

	@Override
	public void nothing() {
		put(NULL);
	}

	@Override
	public void values(List<JsonNode> values) {
		head(ARRAY, values.size());
		elements(values, values.size() == 2 && Markers.looksLikeMarker(values.get(0)));
	}

	private void elements(Iterable<JsonNode> values, boolean escape) {
		boolean first = escape;
		for (JsonNode value : values) {
			if (first) {
				text("$" + value.stringValue());
			}
			else {
				value(value);
			}
			first = false;
		}
	}

	@Override
	public void value(@Nullable JsonNode value) {
		if (value == null) {
			head(ARRAY, 2);
			text(Markers.UNDEFINED);
			head(UNSIGNED, 0);
			return;
		}
		switch (value.getNodeType()) {
			case OBJECT -> object(value);
			case ARRAY -> array((ArrayNode) value);
			case STRING -> text(value.stringValue());
			case NUMBER -> number(value);
			case BOOLEAN -> put(value.booleanValue() ? TRUE : FALSE);
			case BINARY -> marker(Markers.BYTES, Base64.getEncoder().encodeToString(value.binaryValue()));
			case NULL, MISSING -> put(NULL);
			case POJO -> throw new IllegalArgumentException("Not a value: " + value);
		}
	}

	private void object(JsonNode object) {
		head(MAP, object.size());
		for (Map.Entry<String, JsonNode> property : object.properties()) {
			text(property.getKey());
			value(property.getValue());
		}
	}

	private void array(ArrayNode array) {
		head(ARRAY, array.size());
		elements(array, Markers.looksLikeMarker(array));
	}

	private void number(JsonNode number) {
		if (number.isBigInteger()) {
			marker(Markers.BIG_INT, number.bigIntegerValue().toString());
		}
		else if (number.isIntegralNumber()) {
			number(number.longValue());
		}
		else {
			floating(number.doubleValue());
		}
	}

	private void marker(String name, String value) {
		head(ARRAY, 2);
		text(name);
		text(value);
	}

	private void floating(double number) {
		put(FLOAT64);
		big(Double.doubleToLongBits(number), 8);
	}

	/** Write a major type with its argument in the shortest form. */
	private void head(int major, long argument) {
		int type = major << 5;
		if (argument < 24) {
			put(type | (int) argument);
		}
		else if (argument <= 0xff) {
			put(type | 24);
			big(argument, 1);
		}
		else if (argument <= 0xffff) {
			put(type | 25);
			big(argument, 2);
		}
		else {
			put(type | 26);
			big(argument, 4);
		}
	}

	private void put(int value) {
		ensure(1);
		this.bytes[this.size++] = (byte) value;
	}

	private void big(long value, int length) {
		ensure(length);
		for (int shift = (length - 1) * 8; shift >= 0; shift -= 8) {
			this.bytes[this.size++] = (byte) (value >>> shift);
		}
	}

	private void ensure(int more) {
		if (this.size + more > this.bytes.length) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(this.bytes.length * 2, this.size + more));
		}
	}

	@Override
	public byte[] toBytes() {
		return Arrays.copyOf(this.bytes, this.size);
	}

}
