/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.value.Markers;

/**
 * Reads fields of messages from their values.
 */
final class MessageFields {

	private static final int MAX_NUMBER_BITS = 63;

	private MessageFields() {
	}

	static boolean isAbsent(@Nullable JsonNode node) {
		return node == null || node.isNull() || node.isMissingNode();
	}

	static String text(@Nullable JsonNode node, String field) {
		if (node == null || !node.isString()) {
			throw Markers.malformed("`" + field + "` is not a string");
		}
		return node.stringValue();
	}

	static @Nullable String optionalText(@Nullable JsonNode node, String field) {
		return isAbsent(node) ? null : text(node, field);
	}

	static boolean flag(@Nullable JsonNode node, String field) {
		if (node == null || !node.isBoolean()) {
			throw Markers.malformed("`" + field + "` is not a boolean");
		}
		return node.booleanValue();
	}

	/**
	 * Returns a number that is not negative. Ids are bigints in messages of the official
	 * clients, and numbers in those of other clients.
	 */
	static long number(@Nullable JsonNode node, String field) {
		if (node == null || !node.isIntegralNumber()) {
			throw Markers.malformed("`" + field + "` is not an integer");
		}
		BigInteger number = node.bigIntegerValue();
		if (number.signum() < 0 || number.bitLength() > MAX_NUMBER_BITS) {
			throw Markers.malformed("`" + field + "` is out of range");
		}
		return number.longValue();
	}

	/** An addition to the protocol; RivetKit clients send no tags. */
	static Set<String> tags(@Nullable JsonNode node) {
		if (node == null || isAbsent(node)) {
			return Set.of();
		}
		Set<String> tags = new HashSet<>();
		args(node).forEach((tag) -> tags.add(text(tag, "tags")));
		return tags;
	}

	/**
	 * Returns the arguments of an action. A value that is not an array is one argument;
	 * null and undefined are none.
	 */
	static List<JsonNode> args(JsonNode args) {
		if (args.isNull() || args.isMissingNode()) {
			return List.of();
		}
		if (!(args instanceof ArrayNode array)) {
			return List.of(args);
		}
		return List.copyOf(array.values());
	}

	static ToServer.Kind kind(@Nullable JsonNode tag) {
		ToServer.Kind kind = ToServer.Kind.of(text(tag, "tag"));
		if (kind == null) {
			throw unknown();
		}
		return kind;
	}

	static RivetException unknown() {
		return Markers.malformed("its tag is unknown");
	}

}
