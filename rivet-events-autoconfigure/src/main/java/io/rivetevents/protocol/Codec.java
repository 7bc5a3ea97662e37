package io.rivetevents.protocol;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Writes and reads messages in one encoding. What cannot be read is refused with
 * {@code actor.invalid_request} and nothing else, whatever the bytes.
 */
public interface Codec {

	/**
	 * Write a message.
	 */
	byte[] encode(ToClient message);

	/**
	 * Read a message.
	 * @throws RivetException {@code actor.invalid_request}
	 */
	ToServer decode(byte[] frame);

	/**
	 * Read the body of an action over HTTP.
	 * @return its arguments
	 * @throws RivetException {@code actor.invalid_request}
	 */
	List<JsonNode> decodeActionRequest(byte[] body);

	/**
	 * Write the answer to an action over HTTP.
	 * @param output its result; {@code null} for none
	 */
	byte[] encodeActionResponse(@Nullable JsonNode output);

	/**
	 * Write the body of an error over HTTP.
	 */
	byte[] encodeError(ToClient.Error error);

}
