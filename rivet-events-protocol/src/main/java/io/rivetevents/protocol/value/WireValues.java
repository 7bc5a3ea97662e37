package io.rivetevents.protocol.value;

import java.nio.charset.StandardCharsets;

import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;

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
public final class WireValues {

	private WireValues() {
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

}
