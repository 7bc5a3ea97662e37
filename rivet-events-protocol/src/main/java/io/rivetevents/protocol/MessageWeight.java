/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BinaryNode;

/**
 * Estimates the heap memory of a decoded message, in bytes. A tree of small values needs
 * up to fifty times the memory of its encoded form, so limits of pending messages count
 * this and not the size of the frame. Sizes are those of a 64-bit JVM with compressed
 * pointers, rounded up.
 */
public final class MessageWeight {

	/** A message, its turn, and the memory to answer it. */
	static final int MESSAGE = 512;

	private static final int NODE = 32;

	/** An array with its list, or an object with its map. */
	private static final int CONTAINER = 96;

	private static final int ELEMENT = 8;

	private static final int ENTRY = 56;

	private static final int TEXT = 56;

	private MessageWeight() {
	}

	/**
	 * Returns the weight of a message.
	 */
	public static long of(ToServer message) {
		return message.weight();
	}

	/**
	 * Returns the weight of a request without a connection, without the action that it
	 * may call.
	 * @param params connection params, {@code null} if there are none
	 * @param input encoded input of an instance, {@code null} if there is none
	 */
	public static long ofRequest(@Nullable JsonNode params, byte @Nullable [] input) {
		return MESSAGE + ofNullable(params) + ((input != null) ? input.length : 0);
	}

	/**
	 * Returns the minimum weight of a message without decoding it, in a hundredth of the
	 * time and without allocation. For a binary encoding it is the size.
	 * @param text whether the encoding is textual
	 * @param body the encoded message, not checked before
	 */
	public static long atLeast(boolean text, byte[] body) {
		return text ? ofText(body) : body.length;
	}

	/**
	 * Counts containers and the separators of their elements. A marker is not counted as
	 * an array. At least two thirds of a text are counted: a character has up to three
	 * bytes.
	 */
	private static long ofText(byte[] json) {
		long weight = 0;
		for (int i = 0; i < json.length; i++) {
			switch (json[i]) {
				case '{' -> weight += CONTAINER;
				case '[' -> weight += isMarker(json, i + 1) ? 0 : CONTAINER;
				case ',' -> weight += ELEMENT;
				case ':' -> weight += ENTRY;
				case '"' -> {
					int end = endOfText(json, i + 1);
					weight += (end - i) / 3 * 2;
					i = end;
				}
				default -> {
				}
			}
		}
		return weight;
	}

	private static boolean isMarker(byte[] json, int at) {
		return at + 1 < json.length && json[at] == '"' && json[at + 1] == '$';
	}

	private static int endOfText(byte[] json, int from) {
		int at = from;
		while (at < json.length && json[at] != '"') {
			at += (json[at] == '\\') ? 2 : 1;
		}
		return at;
	}

	/**
	 * Returns the weight of some values.
	 */
	public static long of(List<JsonNode> values) {
		long weight = NODE;
		for (int i = 0; i < values.size(); i++) {
			weight += ELEMENT + of(values.get(i));
		}
		return weight;
	}

	/**
	 * Returns the weight of some texts.
	 */
	public static long of(Set<String> texts) {
		long weight = 0;
		for (String text : texts) {
			weight += ELEMENT + of(text);
		}
		return weight;
	}

	static long of(ToServer.@Nullable Resume resume) {
		return (resume != null) ? NODE + of(resume.position().epoch()) + of(resume.stream()) + of(resume.secret()) : 0;
	}

	static long of(@Nullable String text) {
		// two bytes for each character, as in texts that are not Latin-1
		return (text != null) ? TEXT + 2L * text.length() : 0;
	}

	static long ofNullable(@Nullable JsonNode value) {
		return (value != null) ? of(value) : 0;
	}

	/**
	 * Returns the weight of a value.
	 */
	public static long of(JsonNode value) {
		return switch (value.getNodeType()) {
			case OBJECT -> ofObject(value);
			case ARRAY -> ofArray(value);
			case STRING -> NODE + of(value.stringValue());
			case NUMBER -> NODE + (value.isBigInteger() ? TEXT + value.bigIntegerValue().bitLength() / 8
					: value.isBigDecimal() ? 2 * TEXT + value.decimalValue().unscaledValue().bitLength() / 8 : 0);
			case BINARY -> NODE + ((BinaryNode) value).binaryValue().length;
			default -> NODE;
		};
	}

	private static long ofArray(JsonNode array) {
		long weight = CONTAINER;
		for (int i = 0; i < array.size(); i++) {
			// half as much again, since the capacity of the list grows in advance
			weight += ELEMENT + ELEMENT / 2 + of(array.get(i));
		}
		return weight;
	}

	private static long ofObject(JsonNode object) {
		long weight = CONTAINER;
		for (Map.Entry<String, JsonNode> each : object.properties()) {
			weight += ENTRY + of(each.getKey()) + of(each.getValue());
		}
		return weight;
	}

}
