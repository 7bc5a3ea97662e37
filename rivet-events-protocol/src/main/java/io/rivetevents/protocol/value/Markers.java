/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.math.BigInteger;
import java.util.Base64;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.POJONode;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * Values that plain JSON does not have, written as an array of a name with a dollar sign
 * and a value: section 6.1 of the protocol document.
 * <p>
 * Clients do not escape arrays of the user in CBOR messages, so an array that cannot be a
 * marker, because of its name or its value, is read as an array.
 */
public final class Markers {

	static final String BIG_INT = "$BigInt";

	static final String UNDEFINED = "$Undefined";

	static final String BYTES = "$Uint8Array";

	private static final String ARRAY_BUFFER = "$ArrayBuffer";

	private static final String SET = "$Set";

	/** Same limit as in Jackson: reading the text of a number takes quadratic time. */
	private static final int MAX_DIGITS = 1000;

	/** Number of digits that always fit into a {@code long}. */
	private static final int LONG_DIGITS = 18;

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private Markers() {
	}

	/**
	 * Returns whether an array must be escaped, so that readers do not mistake it for a
	 * marker.
	 */
	static boolean looksLikeMarker(JsonNode array) {
		return array.size() == 2 && isName(array.get(0));
	}

	/**
	 * Returns whether a list must be escaped.
	 * @param first the first of two elements
	 */
	static boolean isName(JsonNode first) {
		return first.isString() && first.stringValue().startsWith("$");
	}

	/**
	 * Returns the escaped first element of an array that looks like a marker.
	 */
	static String escape(JsonNode name) {
		return "$" + name.stringValue();
	}

	/**
	 * Returns the value of an array that was read: a missing node for undefined, the
	 * array itself if it is not a marker.
	 */
	static JsonNode resolve(ArrayNode array) {
		if (!looksLikeMarker(array)) {
			return array;
		}
		String name = array.get(0).stringValue();
		JsonNode value = array.get(1);
		if (name.startsWith("$$")) {
			array.set(0, name.substring(1));
			return array;
		}
		JsonNode resolved = switch (name) {
			case UNDEFINED -> MissingNode.getInstance();
			case BIG_INT -> value.isString() ? bigInteger(value.stringValue()) : null;
			case BYTES, ARRAY_BUFFER -> value.isString() ? bytes(value.stringValue()) : null;
			case SET -> value.isArray() ? value : null;
			default -> null;
		};
		return (resolved != null) ? resolved : array;
	}

	/**
	 * Returns the value that replaces undefined where a value is required.
	 */
	static JsonNode defined(JsonNode value) {
		return value.isMissingNode() ? NODES.nullNode() : value;
	}

	private static @Nullable JsonNode bigInteger(String text) {
		if (text.length() > MAX_DIGITS) {
			throw malformed("a bigint is too long");
		}
		try {
			return NODES.numberNode(
					(text.length() <= LONG_DIGITS) ? BigInteger.valueOf(Long.parseLong(text)) : new BigInteger(text));
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

	private static @Nullable JsonNode bytes(String text) {
		try {
			return NODES.binaryNode(Base64.getDecoder().decode(text));
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	public static RivetException malformed(String why) {
		return new RivetException(ErrorCode.INVALID_REQUEST, "The message cannot be read: " + why + ".");
	}

	/**
	 * Returns the bytes of a node with a Java object, which is Jackson's form of a
	 * {@code byte[]} in a tree. Other Java objects can only be written by the
	 * application's mapper.
	 */
	static byte[] bytesOf(JsonNode node) {
		Object object = (node instanceof POJONode pojo) ? pojo.getPojo() : null;
		if (object instanceof byte[] bytes) {
			return bytes;
		}
		String type = (object != null) ? object.getClass().getName() : "null";
		throw new IllegalArgumentException("Not a value of the protocol: a POJONode of " + type);
	}

}
