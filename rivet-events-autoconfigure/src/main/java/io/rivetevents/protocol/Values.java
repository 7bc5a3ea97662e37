package io.rivetevents.protocol;

import java.nio.charset.StandardCharsets;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Values as they stand on the wire beside messages: connection params and input. One
 * model serves all encodings, Jackson's tree, and a value arrives as the same tree
 * whichever encoding the client uses, as far as the encoding carries it:
 * <ul>
 * <li>a bigint is a {@code BigIntegerNode}, and nothing else is one,
 * <li>a whole number is an {@code IntNode} or {@code LongNode}, however it was written,
 * <li>bytes are a {@code BinaryNode}, a set and a typed array an {@code ArrayNode}, a map
 * an {@code ObjectNode}, a date its ISO text in UTC,
 * <li>undefined is a {@code NullNode} in an array and no field in an object.
 * </ul>
 */
public final class Values {

	/** Containers within containers beyond it are refused. */
	static final int MAX_DEPTH = 500;

	/** {@code Number.MAX_SAFE_INTEGER}: what a JavaScript number holds exactly. */
	private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

	private Values() {
	}

	/**
	 * Read CBOR, markers included.
	 * @param bytes one value, and nothing behind it
	 * @throws RivetException {@code actor.invalid_request}, and nothing else whatever the
	 * bytes
	 */
	public static JsonNode decodeCbor(byte[] bytes) {
		return CborReader.read(bytes, 0, bytes.length);
	}

	/**
	 * Read JSON, markers included.
	 * @param json one value, and nothing but white space around it
	 * @throws RivetException {@code actor.invalid_request}, and nothing else whatever the
	 * text
	 */
	public static JsonNode decodeJson(String json) {
		return decodeJson(json.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Read JSON, markers included.
	 * @param json UTF-8: one value, and nothing but white space around it
	 * @throws RivetException {@code actor.invalid_request}, and nothing else whatever the
	 * bytes
	 */
	public static JsonNode decodeJson(byte[] json) {
		JsonNode[] value = new JsonNode[1];
		JsonReader.read(json, (in) -> value[0] = Markers.defined(in.value()));
		return value[0];
	}

	/**
	 * Write JSON, markers included.
	 * @param value the value
	 * @return UTF-8
	 */
	public static byte[] encodeJson(JsonNode value) {
		JsonWriter out = new JsonWriter();
		out.value(value);
		return out.toBytes();
	}

	static boolean isSafe(long number) {
		return number >= -MAX_SAFE_INTEGER && number <= MAX_SAFE_INTEGER;
	}

	/**
	 * Whether a number is the same one as a {@code long}, so that JavaScript cannot tell
	 * how it was written.
	 */
	static boolean isSafeInteger(double number) {
		return number == (long) number && isSafe((long) number);
	}

	/**
	 * Returns the double that stands for a number that is no integer: that of its
	 * shortest decimal digits, so that a {@code float} of 0.1 is 0.1 and not
	 * 0.10000000149011612. A {@code BigDecimal} keeps the digits that a double has.
	 */
	static double doubleOf(JsonNode number) {
		return number.isFloat() ? Double.parseDouble(Float.toString(number.floatValue()))
				: number.numberValue().doubleValue();
	}

	/**
	 * Return the node of a number that was written as floating point, which CBOR clients
	 * do with every whole number that takes more than 32 bits.
	 */
	static JsonNode number(double number) {
		if (!isSafeInteger(number)) {
			return JsonNodeFactory.instance.numberNode(number);
		}
		long whole = (long) number;
		return ((int) whole == whole) ? JsonNodeFactory.instance.numberNode((int) whole)
				: JsonNodeFactory.instance.numberNode(whole);
	}

}
