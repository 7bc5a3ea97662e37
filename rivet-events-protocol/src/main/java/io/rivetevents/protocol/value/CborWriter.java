/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Writes CBOR (RFC 8949) as read by RivetKit clients. All lengths are definite, numbers
 * that would arrive as a bigint are written as float64, and other values by markers:
 * section 6.2 of the protocol document.
 */
public final class CborWriter implements MessageWriter {

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

	private final ByteOutput out;

	public CborWriter() {
		this(new ByteOutput());
	}

	public CborWriter(ByteOutput out) {
		this.out = out;
	}

	@Override
	public void startMap(int size) {
		head(MAP, size);
	}

	@Override
	public void endMap() {
		// its size determines its end
	}

	@Override
	public void name(String name) {
		text(name);
	}

	@Override
	public void text(String text) {
		int start = this.out.size();
		head(TEXT, text.length());
		if (this.out.ascii(text) == text.length()) {
			return;
		}
		this.out.truncate(start);
		byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
		head(TEXT, utf8.length);
		this.out.put(utf8);
	}

	@Override
	public void id(long id) {
		this.out.put(UNSIGNED_64);
		this.out.big(id, 8);
	}

	@Override
	public void number(long number) {
		if (number >= 0 && number <= MAX_UINT32) {
			head(UNSIGNED, number);
		}
		else if (number < 0 && number >= -MAX_UINT32 - 1) {
			head(NEGATIVE, -1 - number);
		}
		else if (JavaScriptNumbers.isSafe(number)) {
			floating(number);
		}
		else {
			marker(Markers.BIG_INT, Long.toString(number));
		}
	}

	@Override
	public void nothing() {
		this.out.put(NULL);
	}

	@Override
	public void values(List<JsonNode> values) {
		array(values, values.size(), values.size() == 2 && Markers.isName(values.get(0)));
	}

	@Override
	public void value(@Nullable JsonNode value) {
		if (value == null) {
			undefined();
			return;
		}
		switch (value.getNodeType()) {
			case OBJECT -> object(value);
			case ARRAY -> array(value, value.size(), Markers.looksLikeMarker(value));
			case STRING -> text(value.stringValue());
			case NUMBER -> number(value);
			case BOOLEAN -> this.out.put(value.booleanValue() ? TRUE : FALSE);
			case BINARY -> bytes(value.binaryValue());
			case NULL, MISSING -> nothing();
			case POJO -> bytes(Markers.bytesOf(value));
		}
	}

	private void undefined() {
		head(ARRAY, 2);
		text(Markers.UNDEFINED);
		head(UNSIGNED, 0);
	}

	private void object(JsonNode object) {
		head(MAP, object.size());
		for (Map.Entry<String, JsonNode> property : object.properties()) {
			text(property.getKey());
			value(property.getValue());
		}
	}

	private void array(Iterable<JsonNode> values, int size, boolean escapeFirst) {
		head(ARRAY, size);
		boolean escape = escapeFirst;
		for (JsonNode value : values) {
			if (escape) {
				text(Markers.escape(value));
				escape = false;
			}
			else {
				value(value);
			}
		}
	}

	private void number(JsonNode number) {
		switch (number.numberType()) {
			case INT, LONG -> number(number.longValue());
			case BIG_INTEGER -> marker(Markers.BIG_INT, number.bigIntegerValue().toString());
			default -> floating(JavaScriptNumbers.doubleOf(number));
		}
	}

	private void bytes(byte[] bytes) {
		byte[] base64 = Base64.getEncoder().encode(bytes);
		head(ARRAY, 2);
		text(Markers.BYTES);
		head(TEXT, base64.length);
		this.out.put(base64);
	}

	private void marker(String name, String value) {
		head(ARRAY, 2);
		text(name);
		text(value);
	}

	private void floating(double number) {
		this.out.put(FLOAT64);
		this.out.big(Double.doubleToLongBits(number), 8);
	}

	/** Writes a major type with its argument of at most 32 bits, in the shortest form. */
	private void head(int major, long argument) {
		int type = major << 5;
		if (argument < 24) {
			this.out.put(type | (int) argument);
		}
		else if (argument <= 0xff) {
			this.out.put(type | 24);
			this.out.big(argument, 1);
		}
		else if (argument <= 0xffff) {
			this.out.put(type | 25);
			this.out.big(argument, 2);
		}
		else {
			this.out.put(type | 26);
			this.out.big(argument, 4);
		}
	}

	@Override
	public byte[] toBytes() {
		return this.out.toBytes();
	}

}
