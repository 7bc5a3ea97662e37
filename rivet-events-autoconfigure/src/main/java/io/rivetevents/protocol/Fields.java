package io.rivetevents.protocol;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads fields of messages from the values that stand in them.
 */
final class Fields {

	private static final int MAX_NUMBER_BITS = 63;

	private Fields() {
	}

	static boolean isAbsent(@Nullable JsonNode node) {
		return node == null || node.isNull() || node.isMissingNode();
	}

	static String text(@Nullable JsonNode node, String field) {
		if (node == null || !node.isString()) {
			throw Markers.malformed("`" + field + "` is no text");
		}
		return node.stringValue();
	}

	static @Nullable String optionalText(@Nullable JsonNode node, String field) {
		return isAbsent(node) ? null : text(node, field);
	}

	static boolean flag(@Nullable JsonNode node, String field) {
		if (node == null || !node.isBoolean()) {
			throw Markers.malformed("`" + field + "` is no boolean");
		}
		return node.booleanValue();
	}

	/**
	 * Return a number that is not negative: an id is a bigint from the official clients,
	 * and a plain number from others.
	 */
	static long number(@Nullable JsonNode node, String field) {
		if (node == null || !node.isIntegralNumber()) {
			throw Markers.malformed("`" + field + "` is no integer");
		}
		BigInteger number = node.bigIntegerValue();
		if (number.signum() < 0 || number.bitLength() > MAX_NUMBER_BITS) {
			throw Markers.malformed("`" + field + "` is out of range");
		}
		return number.longValue();
	}

	/** Our addition: a RivetKit client sends none. */
	static Set<String> tags(@Nullable JsonNode node) {
		if (node == null || isAbsent(node)) {
			return Set.of();
		}
		Set<String> tags = new HashSet<>();
		TreeCodec.args(node).forEach((tag) -> tags.add(text(tag, "tags")));
		return tags;
	}

}
