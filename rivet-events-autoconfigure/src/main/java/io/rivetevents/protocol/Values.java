package io.rivetevents.protocol;

import java.nio.charset.StandardCharsets;

import tools.jackson.databind.JsonNode;

/**
 * Values as they stand on the wire beside messages: connection params and input.
 */
public final class Values {

	/** {@code Number.MAX_SAFE_INTEGER}: what a JavaScript number holds exactly. */
	private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

	private Values() {
	}

	/**
	 * Read CBOR.
	 * @throws RivetException {@code actor.invalid_request}
	 */
	public static JsonNode decodeCbor(byte[] bytes) {
		return CborReader.read(bytes);
	}

	/**
	 * Read JSON with markers.
	 * @throws RivetException {@code actor.invalid_request}
	 */
	public static JsonNode decodeJson(String json) {
		return JsonReader.read(json.getBytes(StandardCharsets.UTF_8));
	}

	static boolean isSafe(long number) {
		return number >= -MAX_SAFE_INTEGER && number <= MAX_SAFE_INTEGER;
	}

}
