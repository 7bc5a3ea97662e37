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
 * Values that plain JSON has not, written as an array of a name with a dollar sign and a
 * value: section 6.1 of the protocol document.
 * <p>
 * Clients do not escape the user's own arrays in CBOR messages, so an array that cannot
 * be a marker, by its name or by what stands behind it, is taken as it is.
 */
public final class Markers {

	static final String BIG_INT = "$BigInt";

	static final String UNDEFINED = "$Undefined";

	static final String BYTES = "$Uint8Array";

	private static final String ARRAY_BUFFER = "$ArrayBuffer";

	private static final String SET = "$Set";

	/** As in Jackson: text of a number takes quadratic time to read. */
	private static final int MAX_DIGITS = 1000;

	/** Digits that a {@code long} always holds. */
	private static final int LONG_DIGITS = 18;

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private Markers() {
	}

	/**
	 * Whether an array must be escaped, so that no reader takes it for a marker.
	 */
	static boolean looksLikeMarker(JsonNode array) {
		return array.size() == 2 && isName(array.get(0));
	}

	/**
	 * Whether a list must be escaped.
	 * @param first the first of two elements
	 */
	static boolean isName(JsonNode first) {
		return first.isString() && first.stringValue().startsWith("$");
	}

	/**
	 * Return the first element of an array that looks like a marker, so that it does not.
	 */
	static String escape(JsonNode name) {
		return "$" + name.stringValue();
	}

	/**
	 * Return what an array that was read stands for: a missing node for undefined, the
	 * array itself if it is no marker.
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
	 * Return what an undefined value becomes where there must be one.
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
	 * Return the bytes in a node that holds a Java object, which is how Jackson makes a
	 * tree of a {@code byte[]}; only the application's mapper could write any other.
	 */
	static byte[] bytesOf(JsonNode node) {
		Object object = (node instanceof POJONode pojo) ? pojo.getPojo() : null;
		if (object instanceof byte[] bytes) {
			return bytes;
		}
		String type = (object != null) ? object.getClass().getName() : "null";
		throw new IllegalArgumentException("No value of the protocol: a POJONode of " + type);
	}

}
