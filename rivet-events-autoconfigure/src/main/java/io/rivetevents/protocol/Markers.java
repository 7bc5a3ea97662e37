package io.rivetevents.protocol;

import java.math.BigInteger;
import java.util.Base64;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;

/**
 * Values that plain JSON has not, written as an array of a name with a dollar sign and a
 * value: section 6.1 of the protocol document.
 */
final class Markers {

	static final String BIG_INT = "$BigInt";

	static final String UNDEFINED = "$Undefined";

	static final String BYTES = "$Uint8Array";

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private Markers() {
	}

	/** Whether an array must be escaped, so that no reader takes it for a marker. */
	static boolean looksLikeMarker(ArrayNode array) {
		return array.size() == 2 && looksLikeMarker(array.get(0));
	}

	static boolean looksLikeMarker(JsonNode first) {
		return first.isString() && first.stringValue().startsWith("$");
	}

	/**
	 * Return what an array that was read stands for: a missing node for undefined, the
	 * array itself if it is no marker that is known.
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
		return switch (name) {
			case UNDEFINED -> MissingNode.getInstance();
			case BIG_INT -> NODES.numberNode(bigInteger(text(value)));
			case BYTES, "$ArrayBuffer" -> NODES.binaryNode(base64(text(value)));
			case "$Set" -> value.isArray() ? value : refuse("a set is no array");
			default -> array;
		};
	}

	/** What an undefined value becomes where there must be one. */
	static JsonNode defined(@Nullable JsonNode value) {
		return (value == null || value.isMissingNode()) ? NODES.nullNode() : value;
	}

	private static String text(JsonNode value) {
		return value.isString() ? value.stringValue() : refuse("a marker has no text").stringValue();
	}

	private static BigInteger bigInteger(String text) {
		try {
			return new BigInteger(text);
		}
		catch (NumberFormatException ex) {
			throw malformed("a bigint is no number");
		}
	}

	private static byte[] base64(String text) {
		try {
			return Base64.getDecoder().decode(text);
		}
		catch (IllegalArgumentException ex) {
			throw malformed("bytes are no base64");
		}
	}

	private static JsonNode refuse(String why) {
		throw malformed(why);
	}

	static RivetException malformed(String why) {
		return new RivetException(ErrorCode.INVALID_REQUEST, "The message cannot be read: %s.".formatted(why));
	}

}
